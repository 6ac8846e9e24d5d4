// Learning curves of trials that run, and of those that were chosen.
import { axis, emptyWords, frame } from "./frame.js";
import { COLOURS, DASHES, LINES } from "./palette.js";
import { number, plural } from "./values.js";

/**
 * curves: each with trial, state, epoch and metrics, lists of one item an epoch. smooth: 0 to 0.99, how much of a value
 * is taken from those before it. log: the axis.
 */
export function curves(found, { look, metric, smooth = 0, log = false }) {
  const shown = found.filter((each) => each.metrics[metric]?.some((value) => value !== null));
  const positive = shown.every((each) => each.metrics[metric].every((value) => value === null || value > 0));
  const series = shown.map((each, index) => ({
    name: `trial ${each.trial}`,
    type: "line",
    showSymbol: each.epoch.length === 1,
    symbolSize: 5,
    lineStyle: { width: 1.8, type: DASHES[Math.floor(index / LINES.length) % DASHES.length] },
    itemStyle: { color: shown.length === 1 ? COLOURS.complete : LINES[index % LINES.length] },
    emphasis: { focus: "series" },
    sampling: "lttb",
    data: smoothed(each.metrics[metric], smooth).map((value, place) => [each.epoch[place], value, each.trial]),
  }));
  if (!shown.length) return nothing(look);
  return {
    option: {
      ...frame(look),
      xAxis: axis(look, { name: "epoch", min: 1, minInterval: 1, splitLine: { show: false } }),
      yAxis: axis(look, log && positive ? { type: "log", scale: true } : { scale: true }),
      series,
    },
    tip: ([epoch, value, trial]) => `trial ${trial}, epoch ${epoch}\n${metric} ${number(value)}`,
    trial: (data) => data?.[2],
    words: said(shown, metric),
    note: log && !positive ? "Some values are not above zero, so the axis is linear." : "",
  };
}

/** An exponential mean that begins at the first value, so that early ones are not drawn towards zero. */
export function smoothed(values, weight) {
  let last = 0;
  let seen = 0;
  return values.map((value) => {
    if (value === null || !weight) return value;
    last = last * weight + (1 - weight) * value;
    seen += 1;
    return last / (1 - weight ** seen);
  });
}

function nothing(look) {
  const words = "Trials that run are shown here, those that you choose in the table, or the best one.";
  return {
    option: { ...frame(look), ...emptyWords(look, words) },
    words: "Learning curves: none, since no trial has an epoch yet.",
  };
}

function said(shown, metric) {
  const ends = shown.slice(0, 12).map((each) => `trial ${each.trial} ${number(each.metrics[metric].at(-1))} at epoch ${each.epoch.at(-1)}`);
  return `Learning curves of ${plural(shown.length, "trial")}, ${metric}: ${ends.join("; ")}.`;
}
