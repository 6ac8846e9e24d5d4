// A chart in its place: made when it is first seen, drawn again when its data, its room or the theme changed.
import { lookOf } from "./frame.js";

let library = null;

function echarts() {
  library ??= import("../vendor/echarts/echarts.esm.min.mjs");
  return library;
}

/**
 * figure: has a .canvas, and a .said for a line beneath. draw: of a look, gives option, words for who does not see it,
 * and, if it likes, note, tip and trial of a point's data, and on: handlers by event.
 * open: what a click on a trial does. Gives what draws it again.
 */
export function makeChart(figure, draw, open) {
  const canvas = figure.querySelector(".canvas");
  const said = figure.querySelector(".said");
  let chart = null;
  let drawn = null;
  let seen = false;
  let due = true;
  let making = false;

  async function make() {
    making = true;
    const { init } = await echarts();
    chart = init(canvas, null, { renderer: "canvas" });
    chart.on("click", (event) => {
      const trial = drawn.trial?.(event.data);
      if (trial !== null && trial !== undefined) open(trial, event.event?.event);
    });
    for (const [name, act] of Object.entries(drawn?.on ?? {})) chart.on(name, act);
    new ResizeObserver(() => chart.resize()).observe(canvas);
  }

  async function show() {
    if (!seen || !due || making || document.hidden) return;
    due = false;
    drawn = draw(lookOf(canvas));
    if (!chart) {
      await make();
      making = false;
    }
    const { option, words, note = "", tip } = drawn;
    if (tip) option.tooltip.formatter = (point) => (point.data === undefined ? "" : tip(point.data, point));
    chart.setOption(option, { notMerge: true, lazyUpdate: true });
    canvas.setAttribute("aria-label", words);
    said.textContent = note;
    said.hidden = !note;
    figure.dataset.drawn = String(Number(figure.dataset.drawn ?? 0) + 1);
    if (due) show();
  }

  function again() {
    due = true;
    show();
  }

  new IntersectionObserver((entries) => {
    seen = entries.at(-1).isIntersecting;
    show();
  }, { rootMargin: "200px" }).observe(figure);
  document.addEventListener("theme", again);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  document.addEventListener("visibilitychange", show);
  figure.addEventListener("input", (event) => {
    if (event.target.dataset.option !== undefined) again();
  });
  return again;
}

/** The switches of a figure, by their names. */
export function optionsOf(figure) {
  const found = {};
  for (const each of figure.querySelectorAll("[data-option]")) {
    found[each.dataset.option] = each.type === "checkbox" ? each.checked : each.value;
  }
  return found;
}
