// Studies side by side: the best so far of each, against time or trials.
import { ask } from "./actions.js";
import { makeChart, optionsOf } from "./charts/chart.js";
import { axis, frame } from "./charts/frame.js";
import { LINES } from "./charts/palette.js";
import { isBetter, number } from "./charts/values.js";

const figure = document.getElementById("race");
const MINUTE_S = 60;

/** Of a study's table: the value after each trial that was better than all before it. */
function course(table, by) {
  const ended = table.trial.map((_, place) => place).filter((place) => table.finished_at[place] !== null);
  ended.sort((one, other) => table.finished_at[one] - table.finished_at[other]);
  const began = Math.min(...table.started_at.filter((each) => each));
  const at = (place, index) => (by === "time" ? (table.finished_at[place] - began) / MINUTE_S : index + 1);
  const points = [];
  ended.forEach((place, index) => {
    const value = table.value[place];
    if (table.state[place] !== "complete" || value === null) return;
    if (points.length && !isBetter(value, points.at(-1)[1], table.direction)) return;
    points.push([at(place, index), value]);
  });
  if (points.length) points.push([at(ended.at(-1), ended.length - 1), points.at(-1)[1]]);
  return points;
}

function race(tables, look) {
  const { by } = optionsOf(figure);
  const series = tables.map((table, place) => ({
    name: table.study_name,
    type: "line",
    step: "end",
    symbol: "circle",
    symbolSize: 5,
    lineStyle: { color: LINES[place % LINES.length], width: 2 },
    itemStyle: { color: LINES[place % LINES.length] },
    data: course(table, by),
  }));
  const ends = series.filter((each) => each.data.length).map((each) => `${each.name} ${number(each.data.at(-1)[1])}`);
  const name = by === "time" ? "minutes since the first trial began" : "trials, as they ended";
  return {
    option: { ...frame(look), xAxis: axis(look, { name, splitLine: { show: false } }), yAxis: axis(look, { scale: true }), series },
    tip: (data, point) => `${point.seriesName}\n${number(data[1])}`,
    words: `The best so far by ${by}. At the end: ${ends.join(", ") || "no trial is complete"}.`,
    note: "same" in figure.dataset ? "" : "They have not the same objective.",
  };
}

const names = JSON.parse(figure.dataset.studies);
const tables = await Promise.all(names.map((name) => ask("GET", `/api/v1/studies/${encodeURIComponent(name)}/columns`)));
makeChart(figure, (look) => race(tables, look), () => {})();
