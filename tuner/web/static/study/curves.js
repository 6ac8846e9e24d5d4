// The epochs of trials that run, and of those that were chosen, kept up to date by what the stream tells.
import { ask } from "../actions.js";

export class Curves {
  constructor(api) {
    this.api = api;
    this.curves = new Map();
    this.chosen = [];
    this.best = null;
    this.stale = true;
  }

  choose(trials) {
    this.chosen = trials;
    this.stale = true;
  }

  /** Those to be shown now: the chosen ones, in their order, then those that run; where there is none, the best. */
  async shown(best) {
    const found = await this.known();
    return found.some((each) => each.epoch.length) || best === null ? found : this.ofBest(best);
  }

  async ofBest(trial) {
    if (this.best?.trial !== trial) {
      const { curves } = await ask("GET", `${this.api}/epochs?trial=${trial}`);
      this.best = curves[0];
    }
    return [this.best];
  }

  async known() {
    if (this.stale) {
      this.stale = false;
      const asked = new URLSearchParams([["running", "true"], ...this.chosen.map((each) => ["trial", each])]);
      const { curves } = await ask("GET", `${this.api}/epochs?${asked}`);
      this.curves = new Map(curves.map((each) => [each.ordinal, each]));
    }
    const every = [...this.curves.values()].filter((each) => each.trial !== null);
    const chosen = this.chosen.map((trial) => every.find((each) => each.trial === trial)).filter(Boolean);
    return [...chosen, ...every.filter((each) => each.state === "running" && !chosen.includes(each))];
  }

  /** Every metric that one of them has. */
  metrics() {
    return [...new Set([...this.curves.values(), ...(this.best ? [this.best] : [])].flatMap((each) => Object.keys(each.metrics)))];
  }

  apply(changes) {
    for (const run of changes.runs) {
      if (run.role !== "search") continue;
      const curve = this.curves.get(run.ordinal);
      if (curve) Object.assign(curve, { state: run.state, trial: run.trial_number });
      else if (run.state === "running") {
        this.curves.set(run.ordinal, { trial: run.trial_number, ordinal: run.ordinal, state: "running", epoch: [], metrics: {} });
      }
    }
    for (const { role, ordinal, epoch, metrics } of changes.epochs) {
      const curve = role === "search" ? this.curves.get(ordinal) : undefined;
      if (!curve || epoch <= (curve.epoch.at(-1) ?? 0)) continue;
      curve.epoch.push(epoch);
      for (const [name, value] of Object.entries(metrics)) {
        curve.metrics[name] ??= Array(curve.epoch.length - 1).fill(null);
        curve.metrics[name].push(value);
      }
    }
    // What has ended, and nobody has chosen, is not drawn any more.
    for (const [ordinal, curve] of this.curves) {
      if (curve.state !== "running" && !this.chosen.includes(curve.trial)) this.curves.delete(ordinal);
    }
  }
}
