// The table of trials: chosen ones, and that it shows what is new - never while somebody is at it.
import { plural } from "../charts/values.js";
import { pace } from "./stream.js";

const PAUSE_MS = 5000;
const TYPED_MS = 3000;
const MOST = 12;

/** A part of the page alone, which the server goes by. */
const partOf = (id) => ({ target: `#${id}`, swap: "outerMorph", headers: { "HX-Target": `div#${id}` } });
const rows = () => document.getElementById("trial-rows");

/** Which trials are chosen, in the order in which they were; the address says so, too. changed: called with them. */
export class Chosen {
  constructor(page, changed) {
    this.page = page;
    this.changed = changed;
    this.trials = new URLSearchParams(location.search).getAll("chosen").map(Number);
    document.addEventListener("change", (event) => {
      if (event.target.dataset?.chosen !== undefined) this.choose(Number(event.target.value), event.target.checked);
    });
    document.addEventListener("click", (event) => {
      if (event.target.closest("[data-choose-none]")) this.set([]);
    });
    document.addEventListener("htmx:after:swap", () => this.show());
    this.show();
  }

  choose(trial, on) {
    this.set(on ? [...this.trials, trial].slice(-MOST) : this.trials.filter((each) => each !== trial));
  }

  set(trials) {
    this.trials = trials;
    const address = new URL(location.href);
    address.searchParams.delete("chosen");
    for (const each of trials) address.searchParams.append("chosen", each);
    history.replaceState(history.state, "", address);
    this.show();
    const asked = new URLSearchParams(trials.map((each) => ["chosen", each]));
    htmx.ajax("GET", `${this.page}?${asked}`, partOf("beside"));
    this.changed(trials);
  }

  show() {
    for (const box of document.querySelectorAll("[data-chosen]")) box.checked = this.trials.includes(Number(box.value));
    const bar = document.getElementById("chosen-bar");
    bar.hidden = !this.trials.length;
    bar.querySelector("span").textContent = `${plural(this.trials.length, "trial")} chosen`;
  }
}

/** Gives what says that something is new of the trials. */
export function keepTable() {
  let asked = Date.now();
  let typed = 0;
  let timer = null;
  document.getElementById("trials").addEventListener("input", () => (typed = Date.now()));

  function isBusy() {
    const selection = document.getSelection();
    const selects = selection && !selection.isCollapsed && rows().contains(selection.anchorNode);
    const opened = document.querySelector("dialog[open], #trials details[open], #connection:not([hidden])");
    return selects || opened || Date.now() - typed < TYPED_MS;
  }

  function ask() {
    timer = null;
    if (document.hidden || isBusy()) return stale();
    asked = Date.now();
    rows().dispatchEvent(new Event("refresh"));
  }

  function stale() {
    timer ??= setTimeout(ask, Math.max(1000, asked + PAUSE_MS * pace.times - Date.now()));
  }
  return stale;
}

/** Show the trials alone of which these conditions hold, in place of those of before. */
export function filterBy(page, before, conditions) {
  const address = new URL(location.href);
  const kept = address.searchParams.getAll("where").filter((each) => !before.includes(each));
  for (const name of ["where", "cursor"]) address.searchParams.delete(name);
  for (const each of [...kept, ...conditions]) address.searchParams.append("where", each);
  address.hash = "";
  htmx.ajax("GET", page + address.search, partOf("trial-rows"));
  history.replaceState(history.state, "", address);
}
