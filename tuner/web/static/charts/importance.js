// Which parameters mattered, as bars, the most important on top.
import { axis, frame } from "./frame.js";
import { COLOURS } from "./palette.js";
import { short } from "./values.js";

const MOST = 12;
const LEAST = 0.005;

/** found: what the API's /importance answers, or null where nothing can be said yet. */
export function importance(found, { look, problem = "" }) {
  const shown = (found?.parameters ?? []).filter((each) => each.ped_anova >= LEAST).slice(0, MOST).reverse();
  return {
    option: {
      ...frame(look),
      legend: { show: false },
      grid: { left: 12, right: 44, top: 8, bottom: 26, containLabel: true },
      xAxis: axis(look, { min: 0, axisLabel: { formatter: percent } }),
      yAxis: { ...axis(look, { type: "category", splitLine: { show: false }, axisLabel: { formatter: (name) => (name.length > 22 ? `${name.slice(0, 21)}…` : name), interval: 0 } }), data: shown.map((each) => each.name) },
      series: {
        type: "bar", barMaxWidth: 18, itemStyle: { color: COLOURS.complete, borderRadius: [0, 4, 4, 0] },
        label: { show: true, position: "right", color: look.muted, fontSize: 11, formatter: ({ value }) => percent(value) },
        data: shown.map((each) => each.ped_anova),
      },
    },
    tip: (_, point) => `${point.name}: ${percent(point.value)}\n${best(shown[point.dataIndex])}`,
    words: shown.length ? `Importance: ${[...shown].reverse().map((each) => `${each.name} ${percent(each.ped_anova)}`).join(", ")}.` : "Importance: not known yet.",
    note: shown.length ? "By PED-ANOVA: how much the values of the best tenth of the trials differ from all that were tried." : problem,
  };
}

const percent = (share) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)}%`;

function best({ best: found }) {
  if (found.low !== null) return `the best trials: ${short(found.low)} to ${short(found.high)}`;
  return `the best trials: ${found.values.map((each) => `${short(each.value)} (${each.trials})`).join(", ")}`;
}
