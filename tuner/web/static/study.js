// The page of a study: its trials are read once, then kept up to date by a stream, and drawn.
import { ask } from "./actions.js";
import { Curves } from "./study/curves.js";
import { installPanels } from "./study/panels.js";
import { installSwitch, isOn, keepNotices } from "./study/notices.js";
import { keepStanding } from "./study/standing.js";
import { Store } from "./study/store.js";
import { follow } from "./study/stream.js";
import { Chosen, filterBy, keepTable } from "./study/table.js";

const study = document.getElementById("study");
const { api, page } = study.dataset;

const winner = () => {
  const told = document.getElementById("standing").dataset.winner;
  return told ? Number(told) : null;
};

function openTrial(trial, event) {
  const address = `${page}/trials/${trial}`;
  if (event?.ctrlKey || event?.metaKey) window.open(address, "_blank", "noopener");
  else location.assign(address);
}

function connection(words) {
  const place = document.getElementById("connection");
  place.textContent = words;
  place.hidden = !words;
}

async function begin() {
  const store = new Store(await ask("GET", `${api}/columns`));
  const lines = new Curves(api);
  let brush = [];
  const panels = installPanels({
    api, store, lines, winner,
    parameters: JSON.parse(study.dataset.parameters),
    open: openTrial,
    brushed(conditions) {
      filterBy(page, brush, conditions);
      brush = conditions;
    },
  });
  document.addEventListener("htmx:after:swap", () => {
    const asked = new URLSearchParams(location.search).getAll("where");
    if (brush.every((each) => asked.includes(each))) return;
    brush = [];
    panels.parallel();
  });
  const chosen = new Chosen(page, (trials) => {
    lines.choose(trials);
    panels.chosen();
  });
  lines.choose(chosen.trials);
  const standingIsOld = keepStanding(page, store);
  const tableIsOld = keepTable();
  keepNotices(study.dataset.name, store);
  store.subscribe((table) => panels.news(table, brush.length > 0));
  follow(api, {
    from: store.number,
    hiddenToo: isOn,
    async told(changes, anew) {
      if (anew) {
        store.reset(await ask("GET", `${api}/columns`));
        lines.choose(lines.chosen);
      } else {
        store.apply(changes);
        lines.apply(changes);
      }
      standingIsOld(changes.study !== null);
      if (changes.runs.length) tableIsOld();
    },
    gone: () => connection("This study was deleted."),
    lost: () => connection("Connection lost, trying again."),
    back: () => connection(""),
  });
}

installSwitch();
begin().catch((error) => connection(error.message));
