// Two objectives against each other: every trial, and the front that none of them passes.
import { axis, emptyWords, frame, MANY } from "./frame.js";
import { byStyle, COLOURS, nameOf, sizeOf, symbolOf } from "./palette.js";
import { number, plural, trialWords } from "./values.js";

/** table: of all trials, with the further objective among its metrics. further: its name. down: less of it is better.
 * several: there are more objectives than these two, so that no line can be drawn. */
export function front(table, { look, further, down, several = false, best = null, problem = "" }) {
  const costs = table?.metrics?.[further] ?? [];
  const shown = costs.map((_, place) => place).filter((place) => costs[place] !== null && table.value[place] !== null);
  if (!shown.length) return { option: emptyWords(look, problem || "No trial has both figures yet."), words: "The front: nothing yet." };
  const sign = table.direction === "maximize" ? 1 : -1;
  const cost = (place) => (down ? costs[place] : -costs[place]);
  const value = (place) => sign * table.value[place];
  const complete = shown.filter((place) => table.state[place] === "complete");
  complete.sort((one, other) => cost(one) - cost(other) || value(other) - value(one));
  const line = [];
  for (const place of complete) if (!line.length || value(place) > value(line.at(-1))) line.push(place);
  const point = (place) => [costs[place], table.value[place], place];
  const series = byStyle(table, shown, best).map(([style, places]) => ({
    name: nameOf(style),
    type: "scatter",
    symbol: symbolOf(style),
    symbolSize: sizeOf(style),
    large: places.length > MANY,
    itemStyle: { color: COLOURS[style], opacity: style === "pruned" ? 0.6 : 0.85 },
    data: places.map(point),
  }));
  if (!several) {
    series.unshift({
      name: "the front",
      type: "line",
      step: "end",
      symbol: "none",
      silent: true,
      lineStyle: { color: COLOURS.best, width: 1.5, opacity: 0.7 },
      itemStyle: { color: COLOURS.best },
      data: line.map(point),
    });
  }
  // Sizes and times differ by factors, not by sums.
  const every = shown.map((place) => costs[place]);
  const [low, high] = [Math.min(...every), Math.max(...every)];
  const log = low > 0 && high / low > 20;
  return {
    option: {
      ...frame(look),
      xAxis: axis(look, { name: further, scale: true, ...(log ? { type: "log", axisLabel: { formatter: (each) => each.toLocaleString("en") } } : {}) }),
      yAxis: axis(look, { scale: true, name: "" }),
      series,
    },
    tip: (data) => `${trialWords(table, data[2])}\n${further} ${Number.isInteger(data[0]) ? data[0].toLocaleString("en") : number(data[0])}`,
    trial: (data) => table.trial[data[2]],
    words: several
      ? `${table.metric} against ${further}: ${plural(shown.length, "trial")}.`
      : `The front of ${table.metric} and ${further} has ${plural(line.length, "trial")}: none is at least as good in both.`,
  };
}
