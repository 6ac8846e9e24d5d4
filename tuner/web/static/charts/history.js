// Each trial's value by its end, and the best so far.
import { axis, frame, MANY } from "./frame.js";
import { byStyle, COLOURS, nameOf, sizeOf, symbolOf } from "./palette.js";
import { bestPlace, focus, isBetter, number, plural, trialWords } from "./values.js";

/** table: of all trials (store.js). best: the winner's trial; null is the best so far. whole: show every value. */
export function history(table, { look, best = null, whole = false }) {
  const ended = [];
  for (let place = 0; place < table.trial.length; place++) if (table.finished_at[place] !== null) ended.push(place);
  ended.sort((one, other) => table.finished_at[one] - table.finished_at[other] || one - other);
  const turn = new Map(ended.map((place, index) => [place, index + 1]));
  const shown = ended.filter((place) => table.value[place] !== null);
  const first = bestPlace(table);
  const winner = best ?? (first < 0 ? null : table.trial[first]);
  const { range, hidden } = focus(shown.map((place) => table.value[place]), table.direction);
  const series = byStyle(table, shown, winner).map(([style, places]) => ({
    name: nameOf(style),
    type: "scatter",
    symbol: symbolOf(style),
    symbolSize: places.length > MANY ? Math.min(4, sizeOf(style)) : sizeOf(style),
    itemStyle: { color: COLOURS[style], opacity: places.length > MANY ? 0.5 : style === "pruned" ? 0.7 : 0.9 },
    large: places.length > MANY,
    data: places.map((place) => [turn.get(place), table.value[place], place]),
  }));
  series.unshift({
    name: "best so far",
    type: "line",
    step: "end",
    symbol: "none",
    silent: true,
    lineStyle: { color: COLOURS.best, width: 1.5, opacity: 0.7 },
    itemStyle: { color: COLOURS.best },
    data: bestSoFar(table, ended),
  });
  return {
    option: {
      ...frame(look),
      xAxis: axis(look, { name: "trials, as they ended", min: 1, max: Math.max(2, ended.length), minInterval: 1, splitLine: { show: false } }),
      yAxis: axis(look, { scale: true, ...(range && !whole ? { min: range[0], max: range[1] } : {}) }),
      series,
    },
    tip: (data) => trialWords(table, data[2]),
    trial: (data) => table.trial[data[2]],
    words: said(table, shown.length, ended.length, first),
    note: hidden && !whole ? `${plural(hidden, "trial")} outside what is shown.` : "",
  };
}

function bestSoFar(table, ended) {
  const points = [];
  let best = null;
  ended.forEach((place, index) => {
    const value = table.value[place];
    if (table.state[place] !== "complete" || value === null) return;
    if (best !== null && !isBetter(value, best, table.direction)) return;
    best = value;
    points.push([index + 1, best]);
  });
  if (best !== null) points.push([ended.length, best]);
  return points;
}

function said(table, measured, ended, first) {
  const best = first < 0 ? "No trial is complete yet." : `The best ${table.metric} is ${number(table.value[first])}, of trial ${table.trial[first]}.`;
  return `History: ${plural(ended, "trial")} ended, ${measured.toLocaleString("en")} with a value. ${best}`;
}
