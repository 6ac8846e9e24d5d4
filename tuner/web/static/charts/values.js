// Values of trials: which is better, which part of them is shown, how they are written.

const MEDIAN_REACH = 2.5;
const MARGIN = 0.06;

export const number = (value) =>
  value === null || value === undefined ? "-" : Math.abs(value) < 100 ? value.toFixed(4) : String(Number(value.toPrecision(6)));

/** A parameter's value, short. */
export const short = (value) =>
  typeof value === "number" && !Number.isInteger(value) ? String(Number(value.toPrecision(4))) : String(value);

export const plural = (count, what) => `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;

export const isBetter = (value, than, direction) => (direction === "maximize" ? value > than : value < than);

/** The place of the best complete trial; of equals, the earliest. -1 where there is none. */
export function bestPlace(table) {
  let best = -1;
  for (let place = 0; place < table.trial.length; place++) {
    if (table.state[place] !== "complete" || table.value[place] === null) continue;
    if (best < 0 || isBetter(table.value[place], table.value[best], table.direction)) best = place;
  }
  return best;
}

/** At most so many of the places: the best half of these, and of the others each second one, or third, and so on. */
export function sampled(table, places, most) {
  if (places.length <= most) return places;
  const sign = table.direction === "maximize" ? 1 : -1;
  const sorted = [...places].sort((one, other) => sign * (table.value[other] - table.value[one]));
  const half = Math.floor(most / 2);
  const step = (sorted.length - half) / (most - half);
  const rest = Array.from({ length: most - half }, (_, index) => sorted[half + Math.floor(index * step)]);
  return [...sorted.slice(0, half), ...rest].sort((one, other) => one - other);
}

/** The range that shows the good part: from the best to as far below the median as it is above, or to the worst. */
export function focus(values, direction) {
  const sign = direction === "maximize" ? 1 : -1;
  const sorted = values.filter(Number.isFinite).sort((one, other) => sign * (other - one));
  if (sorted.length < 2 || sorted[0] === sorted.at(-1)) return { range: null, hidden: 0 };
  const [best, worst] = [sorted[0], sorted.at(-1)];
  const reach = MEDIAN_REACH * Math.abs(best - sorted[Math.floor(sorted.length / 2)]) || Math.abs(best - worst);
  let edge = best - sign * reach;
  if (Math.abs(best - worst) <= 1.5 * Math.abs(best - edge)) edge = worst;
  const margin = MARGIN * Math.abs(best - edge);
  const range = [best + sign * margin, edge - sign * margin].sort((one, other) => one - other);
  return { range, hidden: sorted.filter((value) => value < range[0] || value > range[1]).length };
}

/** What is said of a trial where it is a point. */
export function trialWords(table, place) {
  const named = table.baseline[place] ? ` (${table.baseline[place]})` : "";
  const value = table.value[place] === null ? "" : `\n${table.metric} ${number(table.value[place])}`;
  const verdict = table.verdict[place] ? `\n${table.verdict[place]}` : "";
  const state = table.state[place].replaceAll("_", " ");
  return `trial ${table.trial[place] ?? "-"}${named}: ${state}${value}${verdict}`;
}
