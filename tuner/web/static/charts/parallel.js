// Parallel coordinates: a line a trial, through its parameters to its value. What is brushed filters the table.
import { byImportance, condition, isChoice, labelsOf, placeOf, varied } from "./axes.js";
import { emptyWords, frame } from "./frame.js";
import { COLOURS } from "./palette.js";
import { bestPlace, focus, plural, sampled, short } from "./values.js";

const MOST_AXES = 9;
const MOST_NARROW = 4;
const MOST_LINES = 1200;

/** importance: shares by parameter, where they are known. brushed: called with conditions, or none. */
export function parallel(table, parameters, { look, importance = {}, brushed = () => {} }) {
  const chosen = byImportance(varied(parameters, table), importance).slice(0, look.narrow ? MOST_NARROW : MOST_AXES).reverse();
  const places = [];
  if (!chosen.length) return nothing(look);
  for (let place = 0; place < table.trial.length; place++) if (table.value[place] !== null) places.push(place);
  const values = places.map((place) => table.value[place]);
  const range = focus(values, table.direction).range ?? [Math.min(...values.slice(0, 1), 0), Math.max(...values.slice(0, 1), 1)];
  const axes = [...chosen.map((each, dim) => axisOf(look, each, dim)), valueAxis(look, table.metric, range, chosen.length)];
  const best = bestPlace(table);
  const many = places.length > 300;
  const drawn = sampled(table, places, MOST_LINES);
  const lines = drawn.map((place) => ({
    value: [...chosen.map((each) => coordinate(each, table.params[each.name][place])), Math.min(Math.max(table.value[place], range[0]), range[1]), place],
    lineStyle: place === best ? { color: COLOURS.best, width: 3, opacity: 1 } : undefined,
  }));
  // The better a trial, the later it is drawn: good lines lie on top.
  const colours = [look.quiet, COLOURS.complete, look.accent];
  const sign = table.direction === "maximize" ? 1 : -1;
  lines.sort((one, other) => sign * (table.value[one.value.at(-1)] - table.value[other.value.at(-1)]));
  return {
    option: {
      ...frame(look),
      legend: { show: false },
      parallel: { left: 48, right: 56, top: 34, bottom: 24, axisExpandable: false },
      parallelAxis: axes,
      visualMap: {
        show: false, dimension: chosen.length, min: range[0], max: range[1],
        inRange: { color: sign > 0 ? colours : [...colours].reverse() },
      },
      series: {
        type: "parallel", lineStyle: { width: 1.2, opacity: many ? 0.3 : 0.6 }, inactiveOpacity: 0.04, activeOpacity: 0.9,
        progressive: 300, progressiveThreshold: 500, progressiveChunkMode: "mod", smooth: false, data: lines,
      },
    },
    tip: (data) => (Array.isArray(data.value) ? tip(table, chosen, data.value.at(-1)) : ""),
    trial: (data) => (Array.isArray(data?.value) ? table.trial[data.value.at(-1)] : null),
    words: `Parallel coordinates of ${plural(places.length, "trial")} with a value, by ${chosen.map((each) => each.name).join(", ")}. The table's conditions choose in the same way, by keyboard.`,
    note: `${drawn.length < places.length ? `${plural(drawn.length, "trial")} of ${places.length.toLocaleString("en")} are drawn: the best, and some of the others. ` : ""}Drag along an axis to choose; the table shows these trials. A click on the axis lets go.`,
    on: {
      axisareaselected: (_, chart) => brushed(conditionsOf(chart, chosen, axes)),
    },
  };
}

function nothing(look) {
  return {
    option: { ...frame(look), ...emptyWords(look, "There is nothing to show before trials differ in a parameter.") },
    words: "Parallel coordinates: nothing yet, since no trials differ in a parameter.",
  };
}

function axisOf(look, parameter, dim) {
  const shared = { ...styles(look), dim, name: parameter.name.length > 16 ? `${parameter.name.slice(0, 15)}…` : parameter.name };
  if (isChoice(parameter)) return { ...shared, type: "category", data: labelsOf(parameter) };
  const log = parameter.log && parameter.low > 0;
  return { ...shared, type: log ? "log" : "value", min: parameter.low, max: parameter.high === parameter.low ? parameter.low + 1 : parameter.high };
}

function valueAxis(look, metric, range, dim) {
  return { ...styles(look), dim, name: metric, type: "value", min: range[0], max: range[1] };
}

function styles(look) {
  return {
    nameTextStyle: { color: look.text, fontSize: 11 },
    nameGap: 12,
    axisLine: { lineStyle: { color: look.muted } },
    axisTick: { lineStyle: { color: look.muted } },
    axisLabel: { color: look.text, textBorderColor: look.card, textBorderWidth: 3, fontSize: 10, formatter: (value) => (typeof value === "number" ? short(Number(value.toPrecision(3))) : String(value).slice(0, 14)) },
    areaSelectStyle: { width: 18, borderWidth: 1, borderColor: look.accent, color: look.accent, opacity: 0.25 },
  };
}

function coordinate(parameter, value) {
  if (value === null) return "-";
  return isChoice(parameter) ? placeOf(parameter, value) : value;
}

function tip(table, chosen, place) {
  const values = chosen.filter((each) => table.params[each.name][place] !== null).map((each) => `${each.name} ${short(table.params[each.name][place])}`);
  return [`trial ${table.trial[place]}: ${table.metric} ${table.value[place].toFixed(4)}`, ...values].join("\n");
}

function conditionsOf(chart, chosen, axes) {
  const found = [];
  axes.forEach((_, dim) => {
    const intervals = chart.getModel().getComponent("parallelAxis", dim).activeIntervals ?? [];
    if (!intervals.length || !intervals[0]) return;
    const low = Math.min(...intervals.map((each) => each[0]));
    const high = Math.max(...intervals.map((each) => each[1]));
    if (dim === chosen.length) found.push(condition("value", low, high));
    else if (!isChoice(chosen[dim])) found.push(condition(`params.${chosen[dim].name}`, low, high));
    else {
      const values = chosen[dim].values.filter((_, place) => intervals.some((each) => place >= Math.ceil(each[0]) && place <= Math.floor(each[1])));
      found.push(`params.${chosen[dim].name}:${values.length ? values.join(",") : "=\u0000"}`);
    }
  });
  return found;
}
