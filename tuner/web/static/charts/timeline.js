// Who trained what when: a lane a worker.
import { axis, frame } from "./frame.js";
import { COLOURS } from "./palette.js";
import { plural } from "./values.js";

const PLAIN = new Set(["complete", "pruned", "infeasible", "running"]);
const LANE = 26;
const MOST_LANES = 24;
const MOST_SPANS = 2500;

/** found: what the API's /timeline answers. now: for what goes on, in seconds since 1970. */
export function timeline(found, { look, now }) {
  const lanes = found.workers.slice(0, MOST_LANES);
  const began = Math.min(...lanes.flatMap((each) => each.begin), now);
  const every = lanes.flatMap((worker, lane) =>
    worker.begin.map((begin, index) => ({
      value: [lane, (begin - began) / 60, ((worker.end[index] ?? Math.max(now, begin)) - began) / 60, worker.trial[index], worker.epochs[index]],
      state: worker.state[index],
      role: worker.role[index],
      itemStyle: { color: COLOURS[PLAIN.has(worker.state[index]) ? worker.state[index] : "failed"], opacity: worker.role[index] === "search" ? 0.9 : 0.55 },
    })),
  );
  const spans = every.length;
  // Of more, only the last ones can be told apart.
  every.sort((one, other) => one.value[1] - other.value[1]);
  const data = every.slice(-MOST_SPANS);
  const from = data.length < spans ? data[0].value[1] : 0;
  return {
    option: {
      ...frame(look),
      legend: { show: false },
      grid: { left: 12, right: 16, top: 8, bottom: 26, containLabel: true },
      xAxis: axis(look, { name: "minutes since the first trial began", min: Math.floor(from) }),
      yAxis: { ...axis(look, { type: "category", inverse: true, splitLine: { show: false }, axisLabel: { formatter: (name) => (name.length > 18 ? `…${name.slice(-17)}` : name), interval: 0 } }), data: lanes.map((each) => each.worker) },
      series: { type: "custom", renderItem: span, encode: { x: [1, 2], y: 0 }, clip: true, progressive: 400, progressiveThreshold: 800, data },
    },
    height: 60 + LANE * Math.max(1, lanes.length),
    tip: ({ value, state, role }) => {
      const what = role === "search" ? `trial ${value[3]}` : `trial ${value[3]}, ${role === "compare" ? "a finalist" : role === "final" ? "on all rows" : "once more"}`;
      return `${what}: ${state.replaceAll("_", " ")}\n${plural(value[4], "epoch")}, ${((value[2] - value[1]) * 60).toFixed(1)} s`;
    },
    trial: (point) => point?.value?.[3],
    words: `Timeline: ${plural(lanes.length, "worker")} trained ${plural(spans, "run")}.`,
    note: [
      found.workers.length > MOST_LANES ? `The first ${MOST_LANES} of ${found.workers.length} workers are shown.` : "",
      data.length < spans ? `The last ${plural(data.length, "run")} are shown.` : "",
    ].join(" ").trim(),
  };
}

function span(params, api) {
  const begin = api.coord([api.value(1), api.value(0)]);
  const end = api.coord([api.value(2), api.value(0)]);
  const height = api.size([0, 1])[1] * 0.62;
  return { type: "rect", shape: { x: begin[0], y: begin[1] - height / 2, width: Math.max(1.2, end[0] - begin[0] - 0.8), height, r: 2 }, style: api.style() };
}
