// What every page has: the theme's switch, dialogs, actions, times in the reader's zone, parts that stay fresh.
import { installActions } from "./actions.js";

const FRESH_MS = 5000;

/** Light or dark, as it is seen now. */
export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function switchTheme() {
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  localStorage.setItem("theme", theme);
  document.dispatchEvent(new Event("theme"));
}

/** Moments are sent in UTC; here they are told in the reader's zone. */
function tellTimes(root) {
  for (const each of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(each.dateTime);
    const today = moment.toDateString() === new Date().toDateString();
    const style = today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
    const told = moment.toLocaleString(undefined, style);
    if (each.textContent !== told) each.textContent = told;
    each.title = moment.toLocaleString();
  }
}

/** A button that acts on what is ticked needs so many of it. */
function countTicked() {
  for (const button of document.querySelectorAll("button[data-needs]")) {
    const form = document.getElementById(button.getAttribute("form"));
    const ticked = form ? [...form.elements].filter((each) => each.type === "checkbox" && each.checked).length : 0;
    button.disabled = ticked < Number(button.dataset.needs);
  }
}

/** Parts that show what is there now ask for it again, while somebody can see them; but those that are told of news. */
function refresh() {
  if (document.hidden) return;
  for (const each of document.querySelectorAll("[data-live='']")) {
    if (!each.querySelector("dialog[open]")) each.dispatchEvent(new Event("refresh"));
  }
}

document.getElementById("theme").addEventListener("click", switchTheme);
document.addEventListener("change", countTicked);
document.addEventListener("htmx:after:swap", () => {
  tellTimes(document);
  countTicked();
});
document.addEventListener("visibilitychange", refresh);
setInterval(refresh, FRESH_MS);
installActions();
tellTimes(document);
countTicked();
