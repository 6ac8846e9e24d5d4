// The page of a study: its trials are read once, then kept up to date by a stream, and drawn.
import { ask } from "./actions.js";
import { makeChart, optionsOf } from "./charts/chart.js";
import { history } from "./charts/history.js";
import { keepStanding } from "./study/standing.js";
import { Store } from "./study/store.js";
import { Chosen, keepTable } from "./study/table.js";
import { follow } from "./study/stream.js";

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
  const figure = (name) => document.querySelector(`[data-chart="${name}"]`);
  const charts = [
    makeChart(figure("history"), (look) => history(store.table, { look, best: winner(), ...optionsOf(figure("history")) }), openTrial),
  ];
  const chosen = new Chosen(page, () => {});
  const standingIsOld = keepStanding(page, store);
  const tableIsOld = keepTable();
  store.subscribe(() => charts.forEach((again) => again()));
  follow(api, {
    from: store.number,
    async told(changes, anew) {
      if (anew) store.reset(await ask("GET", `${api}/columns`));
      else store.apply(changes);
      standingIsOld(changes.study !== null);
      if (changes.runs.length) tableIsOld();
    },
    gone: () => connection("This study was deleted."),
    lost: () => connection("Connection lost, trying again."),
    back: () => connection(""),
  });
}

begin().catch((error) => connection(error.message));
