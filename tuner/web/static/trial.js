// One trial: its curves, and of a regression what it predicted.
import { ask } from "./actions.js";
import { makeChart } from "./charts/chart.js";
import { axis, frame } from "./charts/frame.js";
import { COLOURS } from "./charts/palette.js";
import { number } from "./charts/values.js";

/** A figure within a place. */
function figureIn(place, title) {
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  const heading = document.createElement("h3");
  heading.textContent = title;
  caption.append(heading);
  const canvas = document.createElement("div");
  canvas.className = "canvas";
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${title || "A chart"}, not drawn yet`);
  const said = document.createElement("p");
  said.className = "hint said";
  said.hidden = true;
  figure.append(caption, canvas, said);
  place.append(figure);
  return figure;
}

/** Metrics as they are drawn: each with that of the validation rows. Health is shown by layer; a learning rate that stays
    the same is a parameter. */
function drawn(metrics) {
  const changes = (values) => values.some((each) => each !== values[0]);
  return Object.keys(metrics).filter(
    (name) => !name.startsWith("health/") && !(name.startsWith("val_") && metrics[name.slice(4)]) && (name !== "learning_rate" || changes(metrics[name])),
  );
}

function curve(curves, name, bestEpoch, look) {
  const both = [[name, "training", COLOURS.complete], [`val_${name}`, "validation", COLOURS.best]];
  const shown = name.startsWith("val_") ? [[name, "validation", COLOURS.best]] : both.filter(([each]) => curves.metrics[each]);
  const series = shown.map(([each, called, color]) => ({
    name: called,
    type: "line",
    symbol: curves.epoch.length > 40 ? "none" : "circle",
    symbolSize: 5,
    lineStyle: { color, width: 2, type: called === "training" ? "dashed" : "solid" },
    itemStyle: { color },
    data: curves.epoch.map((epoch, place) => [epoch, curves.metrics[each][place]]),
  }));
  if (bestEpoch && series.length) {
    series.at(-1).markLine = {
      silent: true,
      symbol: "none",
      animation: false,
      label: { formatter: "best", color: look.muted },
      lineStyle: { color: look.muted, type: "dotted" },
      data: [{ xAxis: bestEpoch }],
    };
  }
  const last = shown.map(([each, called]) => `${called} ${number(curves.metrics[each].at(-1))}`).join(", ");
  return {
    option: {
      ...frame(look),
      xAxis: axis(look, { name: "epoch", min: 1, max: Math.max(2, curves.epoch.at(-1) ?? 2), minInterval: 1, splitLine: { show: false } }),
      yAxis: axis(look, { scale: true }),
      series,
    },
    tip: (data, point) => `${point.seriesName}, epoch ${data[0]}\n${number(data[1])}`,
    words: `${name} by epoch. At the last one: ${last}.`,
  };
}

function scatter(found, look) {
  const ends = [Math.min(...found.true, ...found.predicted), Math.max(...found.true, ...found.predicted)];
  return {
    option: {
      ...frame(look),
      legend: { show: false },
      xAxis: axis(look, { name: "true", scale: true }),
      yAxis: axis(look, { scale: true }),
      series: [
        { name: "rows", type: "scatter", symbolSize: 5, itemStyle: { color: COLOURS.complete, opacity: 0.6 }, data: found.true.map((each, place) => [each, found.predicted[place]]) },
        { name: "right", type: "line", symbol: "none", silent: true, lineStyle: { color: look.muted, type: "dotted" }, data: ends.map((each) => [each, each]) },
      ],
    },
    tip: (data) => `true ${number(data[0])}\npredicted ${number(data[1])}`,
    words: `What was predicted of ${found.true.length} validation rows against what is true.`,
  };
}

const charts = new Map();
let curves = null;
let drawnEpochs = -1;

async function drawCurves() {
  const trial = document.getElementById("trial");
  const place = document.getElementById("curves");
  if (!place || Number(trial.dataset.seen) === drawnEpochs) return;
  drawnEpochs = Number(trial.dataset.seen);
  curves = (await ask("GET", trial.dataset.epochs)).curves[0];
  for (const name of drawn(curves.metrics)) {
    if (!charts.has(name)) {
      const bestEpoch = () => Number(document.getElementById("trial").dataset.bestEpoch);
      charts.set(name, makeChart(figureIn(place, name), (look) => curve(curves, name, bestEpoch(), look), () => {}));
    }
    charts.get(name)();
  }
}

async function drawPredictions() {
  const place = document.getElementById("predictions");
  if (!place) return;
  const found = await ask("GET", place.dataset.predictions);
  makeChart(figureIn(place, ""), (look) => scatter(found, look), () => {})();
}

drawCurves();
drawPredictions();
document.addEventListener("htmx:after:swap", drawCurves);
