// The figures at the top, as trials come and go; the rest of it is asked of the server where the study itself changed.
import { bestPlace, number } from "../charts/values.js";
import { pace } from "./stream.js";

const PAUSE_MS = 10_000;
/** That nobody works on it any more is written nowhere: it shows as time passes. */
const SILENT_MS = 30_000;
const ENDED = ["complete", "pruned", "infeasible", "failed", "diverged", "out_of_memory", "given_up", "cancelled", "skipped"];

export function keepStanding(page, store) {
  const standing = () => document.getElementById("standing");
  let asked = Date.now();
  let timer = null;

  function share(bars, counts) {
    const sum = Object.values(counts).reduce((one, other) => one + other, 0);
    const total = Math.max(Number(standing().dataset.trials), sum, 1);
    let x = 0;
    for (const bar of bars) {
      const width = (100 * (counts[bar.dataset.share] ?? 0)) / total;
      bar.setAttribute("x", `${x.toFixed(3)}%`);
      bar.setAttribute("width", `${width.toFixed(3)}%`);
      x += width;
    }
  }

  function figures() {
    const counts = store.counts();
    const ended = ENDED.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
    write(standing().querySelector("[data-ended]"), ended.toLocaleString("en"));
    for (const chip of standing().querySelectorAll("[data-count]")) {
      const count = counts[chip.dataset.count] ?? 0;
      chip.hidden = !count;
      write(chip.querySelector("b"), String(count));
    }
    share(standing().querySelectorAll("[data-share]"), counts);
    const best = bestPlace(store.table);
    if (best < 0 || standing().dataset.winner) return;
    write(standing().querySelector("[data-best]"), number(store.table.value[best]));
    const link = standing().querySelector("[data-best-trial]");
    if (!link) return ask();
    write(link, `trial ${store.table.trial[best]}`);
    link.href = `${page}/trials/${store.table.trial[best]}`;
  }

  // Nothing is asked of a server that is away.
  const isBusy = () => standing().querySelector("dialog[open], details[open]") || !document.getElementById("connection").hidden;

  function ask() {
    clearTimeout(timer);
    timer = null;
    asked = Date.now();
    if (document.hidden || isBusy()) stale(false);
    else standing().dispatchEvent(new Event("refresh"));
  }

  /** Ask soon: at once where the study itself changed. */
  function stale(now) {
    if (now) ask();
    else timer ??= setTimeout(ask, Math.max(0, asked + PAUSE_MS * pace.times - Date.now()));
  }

  // A dialog that was opened while the answer was on its way is not taken from under a person's hands.
  document.addEventListener("htmx:before:swap", (event) => {
    if (event.target !== standing() || !isBusy()) return;
    event.preventDefault();
    stale(false);
  });
  store.subscribe(figures);
  setInterval(() => {
    if (standing().dataset.state !== "finished" && Date.now() - asked >= SILENT_MS) ask();
  }, SILENT_MS / 2);
  document.addEventListener("htmx:after:swap", figures);
  return stale;
}

function write(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}
