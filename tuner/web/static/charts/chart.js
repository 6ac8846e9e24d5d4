// A chart in its place: made when it is first seen, drawn again when its data, its room or the theme changed.
import { lookOf } from "./frame.js";

let library = null;

function echarts() {
  library ??= import("../vendor/echarts/echarts.esm.min.mjs");
  return library;
}

/**
 * figure: has a .canvas, and a .said for a line beneath. draw: of a look, gives, or resolves to, option, words for who
 * does not see it, and, if it likes, note, height, tip and trial of a point's data, and on: handlers by event.
 * open: what a click on a trial does. Gives what draws it again.
 */
export function makeChart(figure, draw, open) {
  const canvas = figure.querySelector(".canvas");
  const said = figure.querySelector(".said");
  let chart = null;
  let drawn = null;
  let width = 0;
  let seen = false;
  let due = true;
  let busy = false;

  async function make() {
    const { init } = await echarts();
    chart = init(canvas, null, { renderer: "canvas" });
    chart.on("click", (event) => {
      const trial = drawn.trial?.(event.data);
      if (trial !== null && trial !== undefined) open(trial, event.event?.event);
    });
    for (const name of Object.keys(drawn.on ?? {})) chart.on(name, (event) => drawn.on[name](event, chart));
    width = canvas.clientWidth;
    new ResizeObserver(resized).observe(canvas);
  }

  function resized() {
    chart.resize();
    // Some are laid out by the room that they have.
    if (Math.abs(canvas.clientWidth - width) < 40) return;
    width = canvas.clientWidth;
    again();
  }

  function put() {
    const { option, words, note = "", tip, height } = drawn;
    if (tip) option.tooltip.formatter = (point) => (point.data === undefined ? "" : tip(point.data, point));
    if (height && canvas.clientHeight !== height) {
      canvas.style.height = `${height}px`;
      chart.resize();
    }
    chart.setOption(option, { notMerge: true, lazyUpdate: true });
    canvas.setAttribute("aria-label", words);
    said.textContent = note;
    said.hidden = !note;
    figure.dataset.drawn = String(Number(figure.dataset.drawn ?? 0) + 1);
  }

  async function show() {
    if (!seen || !due || busy || document.hidden) return;
    busy = true;
    try {
      while (due) {
        due = false;
        drawn = await draw(lookOf(canvas));
        if (!chart) await make();
        put();
      }
    } catch (error) {
      said.textContent = error.message;
      said.hidden = false;
    } finally {
      busy = false;
    }
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
