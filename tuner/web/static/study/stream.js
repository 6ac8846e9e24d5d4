// What is new of a study, as the server tells it while somebody can see the page.
//
// A page that is hidden lets go of the stream, and comes back with the last number. Where the server is away it says so,
// tries again, and goes on by itself.
import { ask } from "../actions.js";

/** times: how much longer than by itself a page pauses between two questions, where the server has many to answer. */
export const pace = { times: 1 };

const USUAL_S = 0.5;
const PAUSES_MS = [500, 1000, 2000, 4000];
const QUIET_MS = 1500;

/**
 * from: the last number that is known. told: what changes are given to. gone: called where the study is deleted.
 * hiddenToo: whether it is followed while nobody sees the page.
 */
export function follow(api, { from, told, gone, lost, back, hiddenToo = () => false }) {
  let source = null;
  let timer = null;
  let tries = 0;
  let number = from;
  let over = false;
  let quiet = null;
  const isAsleep = () => document.hidden && !hiddenToo();

  function open() {
    timer = null;
    if (source || over || isAsleep()) return;
    source = new EventSource(`${api}/events?since=${number}`);
    source.addEventListener("open", () => {
      tries = 0;
      clearTimeout(quiet);
      quiet = null;
      back();
    });
    source.addEventListener("pace", (event) => (pace.times = JSON.parse(event.data).seconds / USUAL_S));
    source.addEventListener("changes", (event) => {
      const changes = JSON.parse(event.data);
      // A smaller one is of another study, which was made anew under this name.
      const anew = changes.number < number;
      number = changes.number;
      told(changes, anew);
    });
    source.addEventListener("gone", () => {
      over = true;
      close();
      gone();
    });
    source.addEventListener("error", again);
  }

  function close() {
    source?.close();
    source = null;
    clearTimeout(timer);
    timer = null;
  }

  function again() {
    close();
    if (over || isAsleep()) return;
    // A stream also ends by itself, and the next one opens at once: no word of that.
    quiet ??= setTimeout(lost, QUIET_MS);
    timer = setTimeout(open, PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]);
    // Whoever is signed out meanwhile is led to the sign-in, and one whose study is gone is told.
    if (tries++ === 2) ask("GET", api).catch(() => {});
  }

  document.addEventListener("visibilitychange", () => (isAsleep() ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  open();
}
