// All trials of a study as the page knows them: a list a column, kept up to date by what the stream tells.
//
// Who draws subscribes, and is told at most once a second that something is new.

const PAUSE_MS = 1000;
const LISTS = ["ordinal", "trial", "state", "value", "epochs", "seconds", "started_at", "finished_at", "worker", "baseline", "verdict"];

export class Store {
  /** columns: what the API's /columns answers. */
  constructor(columns) {
    this.listeners = [];
    this.waiting = null;
    this.reset(columns);
  }

  reset(columns) {
    this.table = columns;
    this.number = columns.number;
    this.places = new Map(columns.ordinal.map((ordinal, place) => [ordinal, place]));
    this.tell();
  }

  subscribe(listener) {
    this.listeners.push(listener);
  }

  /** changes: what /events tells. Gives the places of trials whose state is another now. */
  apply(changes) {
    this.number = changes.number;
    const changed = [];
    for (const run of changes.runs) {
      if (run.role === "search" && this.take(run)) changed.push(this.places.get(run.ordinal));
    }
    for (const epoch of changes.epochs) {
      const place = epoch.role === "search" ? this.places.get(epoch.ordinal) : undefined;
      if (place === undefined) continue;
      this.table.epochs[place] += 1;
      this.table.seconds[place] += epoch.seconds;
    }
    if (changes.runs.length || changes.epochs.length) this.tell();
    return changed;
  }

  take(run) {
    const { table } = this;
    let place = this.places.get(run.ordinal);
    if (place === undefined) {
      place = table.ordinal.length;
      this.places.set(run.ordinal, place);
      for (const name of LISTS) table[name].push(null);
      for (const values of [...Object.values(table.params), ...Object.values(table.metrics)]) values.push(null);
      table.ordinal[place] = run.ordinal;
      table.epochs[place] = table.seconds[place] = 0;
    }
    const before = table.state[place];
    table.trial[place] = run.trial_number;
    table.state[place] = run.state;
    table.value[place] = run.value;
    table.started_at[place] = run.started_at || null;
    table.finished_at[place] = run.finished_at;
    table.worker[place] = run.worker;
    table.baseline[place] = run.baseline;
    table.verdict[place] = run.verdicts.map((each) => each.illness).join(", ") || null;
    for (const [name, value] of Object.entries(run.params)) {
      table.params[name] ??= Array(table.ordinal.length).fill(null);
      table.params[name][place] = value;
    }
    return before !== run.state;
  }

  /** Trials by state. */
  counts() {
    const found = {};
    for (const state of this.table.state) found[state] = (found[state] ?? 0) + 1;
    return found;
  }

  tell() {
    this.waiting ??= setTimeout(() => {
      this.waiting = null;
      for (const listener of this.listeners) listener(this.table);
    }, this.listeners.length ? PAUSE_MS : 0);
  }
}
