// The charts of a study's page: which data each has, and when it is drawn again.
import { ask } from "../actions.js";
import { known } from "../charts/axes.js";
import { makeChart, optionsOf } from "../charts/chart.js";
import { curves } from "../charts/curves.js";
import { front } from "../charts/front.js";
import { history } from "../charts/history.js";
import { importance } from "../charts/importance.js";
import { parallel } from "../charts/parallel.js";
import { slices } from "../charts/slices.js";
import { timeline } from "../charts/timeline.js";
import { bestPlace } from "../charts/values.js";

const PAUSE_MS = 30_000;

/** What is worth asking for again only now and then: the last answer, or why there is none. */
class Seldom {
  constructor(path) {
    this.path = path;
    this.asked = -PAUSE_MS;
    this.answer = Promise.resolve({ found: null, problem: "" });
    this.fresh = false;
  }

  get() {
    if (!this.fresh && performance.now() - this.asked >= PAUSE_MS) {
      this.asked = performance.now();
      this.fresh = true;
      this.answer = ask("GET", this.path).then(
        (found) => ({ found, problem: "" }),
        (error) => ({ found: null, problem: error.message }),
      );
    }
    return this.answer;
  }
}

/** store: all trials. lines: the curves. Gives what is to be called when something is new, or chosen,
 * or when nothing is brushed any more. */
export function installPanels({ api, store, lines, parameters, winner, open, brushed }) {
  const figure = (name) => document.querySelector(`[data-chart="${name}"]`);
  const weights = new Seldom(`${api}/importance`);
  const spans = new Seldom(`${api}/timeline`);
  // Of many trials it takes seconds: charts that are only ordered by it do not wait, and are drawn again.
  let shares = {};
  function ordered() {
    weights.get().then(({ found }) => {
      const now = Object.fromEntries((found?.parameters ?? []).map((each) => [each.name, each.ped_anova]));
      if (JSON.stringify(now) === JSON.stringify(shares)) return;
      shares = now;
      again.parallel();
      again.slices();
    });
    return shares;
  }
  const bestTrial = () => {
    const place = bestPlace(store.table);
    return winner() ?? (place < 0 ? null : store.table.trial[place]);
  };
  const further = figure("front")?.dataset ?? null;
  const both = further && new Seldom(`${api}/columns?metric=${encodeURIComponent(further.further)}`);
  const named = () => known(parameters, store.table);
  const panel = (name, draw) => makeChart(figure(name), draw, open);

  const again = {
    history: panel("history", (look) => history(store.table, { look, best: winner(), ...optionsOf(figure("history")) })),
    curves: panel("curves", async (look) => {
      const found = await lines.shown(bestTrial());
      const metric = chooseMetric(figure("curves"), lines.metrics(), store.table.metric);
      const { smooth, log } = optionsOf(figure("curves"));
      return curves(found, { look, metric, smooth: Number(smooth), log });
    }),
    parallel: panel("parallel", (look) => parallel(store.table, named(), { look, importance: ordered(), brushed })),
    importance: panel("importance", async (look) => {
      const { found, problem } = await weights.get();
      return importance(found, { look, problem });
    }),
    timeline: panel("timeline", async (look) => {
      const { found, problem } = await spans.get();
      return { ...timeline(found ?? { workers: [] }, { look, now: Date.now() / 1000 }), ...(problem ? { note: problem } : {}) };
    }),
    slices: panel("slices", (look) => slices(store.table, named(), { look, best: winner(), importance: ordered() })),
  };
  if (further) {
    again.front = panel("front", async (look) => {
      const { found, problem } = await both.get();
      const is = { further: further.further, down: further.down === "true", several: further.several === "true" };
      return front(found, { look, best: winner(), problem, ...is });
    });
  }
  return {
    news(table, brushing) {
      weights.fresh = spans.fresh = false;
      if (both) both.fresh = false;
      // One that a person has brushed stays as it is.
      for (const [name, draw] of Object.entries(again)) if (name !== "parallel" || !brushing) draw();
    },
    chosen: () => again.curves(),
    parallel: () => again.parallel(),
  };
}

/** The metric that is chosen, of those that there are; their list is made as they become known. */
function chooseMetric(figure, names, usual) {
  const select = figure.querySelector("[data-option=metric]");
  const there = [...select.options].map((each) => each.value);
  for (const name of [usual, ...names]) {
    if (!there.includes(name)) {
      select.add(new Option(name, name));
      there.push(name);
    }
  }
  return select.value || usual;
}
