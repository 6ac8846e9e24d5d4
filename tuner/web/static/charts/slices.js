// The value by each parameter, a small picture each; a logarithmic axis where the space has one.
import { byImportance, isChoice, labelsOf, placeOf, varied } from "./axes.js";
import { axis, emptyWords, frame } from "./frame.js";
import { byStyle, COLOURS, nameOf, sizeOf, symbolOf } from "./palette.js";
import { bestPlace, focus, plural, sampled, short, trialWords } from "./values.js";

const MOST = 16;
const MOST_POINTS = 400;
const HEIGHT = 210;

/** Gives also the height that it needs. */
export function slices(table, parameters, { look, best = null, importance = {} }) {
  const shown = byImportance(varied(parameters, table), importance).slice(0, MOST);
  if (!shown.length) return nothing(look);
  const across = look.narrow ? 1 : look.wide ? 4 : 2;
  const down = Math.ceil(shown.length / across);
  const places = [];
  for (let place = 0; place < table.trial.length; place++) if (table.value[place] !== null) places.push(place);
  const { range } = focus(places.map((place) => table.value[place]), table.direction);
  const first = bestPlace(table);
  const winner = best ?? (first < 0 ? null : table.trial[first]);
  const option = { ...frame(look), legend: { show: false }, grid: [], title: [], xAxis: [], yAxis: [], series: [] };
  shown.forEach((parameter, index) => {
    const column = index % across;
    const row = Math.floor(index / across);
    const width = 100 / across;
    const top = row * HEIGHT;
    option.grid.push({ left: `${column * width + 0.5}%`, width: `${width - 1.5}%`, top: top + 30, height: HEIGHT - 46, containLabel: true });
    option.title.push({ text: parameter.name, left: `${column * width + 0.5}%`, top: top + 4, textStyle: { color: look.text, fontSize: 12, fontWeight: 600 } });
    option.xAxis.push({ ...across_(look, parameter), gridIndex: index });
    option.yAxis.push({ ...axis(look, { scale: true, ...(range ? { min: range[0], max: range[1] } : {}) }), gridIndex: index });
    const used = sampled(table, places.filter((place) => table.params[parameter.name][place] !== null), MOST_POINTS);
    for (const [style, same] of byStyle(table, used, winner)) {
      option.series.push({
        name: nameOf(style), type: "scatter", xAxisIndex: index, yAxisIndex: index, symbol: symbolOf(style), symbolSize: Math.max(4, sizeOf(style) - 2),
        itemStyle: { color: COLOURS[style], opacity: style === "pruned" ? 0.6 : 0.85 },
        data: same.map((place) => [at(parameter, table.params[parameter.name][place], place), table.value[place], place]),
      });
    }
  });
  return {
    option,
    height: Math.max(1, down) * HEIGHT,
    tip: (data) => trialWords(table, data[2]),
    trial: (data) => (Array.isArray(data) ? table.trial[data[2]] : null),
    words: `${table.metric} by each of ${plural(shown.length, "parameter")}: ${shown.map((each) => each.name).join(", ")}.`,
    note: places.length > MOST_POINTS ? `At most ${MOST_POINTS} trials each: the best, and some of the others.` : "",
  };
}

function nothing(look) {
  const words = "There is nothing to show before trials differ in a parameter.";
  return { option: { ...frame(look), ...emptyWords(look, words) }, height: HEIGHT, words: `Slices: ${words}` };
}

function across_(look, parameter) {
  if (isChoice(parameter)) {
    // Points of one value are spread a little, so the axis is one of numbers with names.
    const labels = labelsOf(parameter);
    return axis(look, {
      min: -0.5, max: labels.length - 0.5, interval: 1, splitLine: { show: false },
      axisLabel: { formatter: (value) => (Number.isInteger(value) ? (labels[value] ?? "").slice(0, 12) : ""), customValues: labels.map((_, place) => place), hideOverlap: true },
    });
  }
  const log = parameter.log && parameter.low > 0;
  return axis(look, { type: log ? "log" : "value", min: parameter.low, max: parameter.high, splitLine: { show: false }, axisLabel: { formatter: (value) => short(Number(value.toPrecision(3))) } });
}

function at(parameter, value, place) {
  return isChoice(parameter) ? placeOf(parameter, value) + (((place * 0.618034) % 1) - 0.5) * 0.36 : value;
}
