// What a person is told of a study while its page is open: that it ended, failed, is stuck, has a new best.
//
// In the corner of the page; and, where the person switched it on, by the browser, also while the page is hidden.
import { say } from "../actions.js";
import { bestPlace, number } from "../charts/values.js";

const KEY = "notify";
const STUCK = new Set(["interrupted", "waiting"]);

export const isOn = () => localStorage.getItem(KEY) === "on" && "Notification" in window && Notification.permission === "granted";

/** Gives what is to be called when the store, or the study itself, has something new. */
export function keepNotices(name, store) {
  const standing = () => document.getElementById("standing").dataset;
  let best = bestPlace(store.table);
  let state = standing().state;
  let warned = document.querySelectorAll("#standing .warning").length;

  function tell(words, kind = "") {
    say(words, kind);
    if (!isOn()) return;
    try {
      new Notification(name, { body: words, tag: `${name} ${words}` });
    } catch {
      // Some browsers of phones have none outside of a service worker.
    }
  }

  store.subscribe((table) => {
    const now = bestPlace(table);
    if (now >= 0 && now !== best) tell(`New best: ${table.metric} ${number(table.value[now])}, trial ${table.trial[now]}`);
    best = now;
  });

  document.addEventListener("htmx:after:swap", () => {
    const before = state;
    state = standing().state;
    const warnings = document.querySelectorAll("#standing .warning").length;
    if (state === "finished" && before !== "finished") {
      if (best < 0) tell("It ended without a complete trial", "problem");
      else tell(`It has ended: ${store.table.metric} ${document.querySelector("#standing [data-best]").textContent}`);
    } else if (before === "running" && STUCK.has(state)) tell("Nobody works on it any more", "problem");
    else if (warnings > warned) tell("It is stuck: workers pass it over", "problem");
    warned = warnings;
  });
}

/** The switch in the menu: a browser asks the person itself, once. */
export function installSwitch() {
  document.addEventListener("click", async (event) => {
    const box = event.target.closest("[data-notify]");
    if (!box) return;
    if (box.checked && "Notification" in window && Notification.permission !== "denied") await Notification.requestPermission();
    localStorage.setItem(KEY, box.checked ? "on" : "off");
    if (box.checked && !isOn()) say("This browser does not let pages notify. Its settings can.", "problem");
    show();
  });
  document.addEventListener("htmx:after:swap", show);
  show();
}

function show() {
  for (const box of document.querySelectorAll("[data-notify]")) box.checked = isOn();
}
