// How trials are drawn: by the colours of the reports, told apart by shape, too.

export const COLOURS = {
  best: "#e8590c",
  baseline: "#2b8a3e",
  good: "#1c7ed6",
  complete: "#4c8fd6",
  pruned: "#98a2b3",
  infeasible: "#ae3ec9",
  failed: "#d6336c",
  running: "#15aabf",
};

const STAR = "path://M12 1l3.2 7.2 7.8.7-5.9 5.2 1.8 7.7L12 17.7 5.1 21.8l1.8-7.7L1 8.9l7.8-.7z";
const CROSS = "path://M4 1l8 8 8-8 3 3-8 8 8 8-3 3-8-8-8 8-3-3 8-8-8-8z";
const SYMBOLS = { best: STAR, baseline: "diamond", pruned: "emptyCircle", infeasible: "emptyTriangle", failed: CROSS, running: "emptyCircle" };
const SIZES = { best: 17, baseline: 13, pruned: 6, infeasible: 7, failed: 7, complete: 8, running: 8 };
const NAMES = { best: "the best", baseline: "baseline" };

/** In the order of drawing: what matters most lies on top. */
export const STYLES = ["pruned", "infeasible", "failed", "running", "complete", "baseline", "best"];

/** Of lines by many trials: colours that people who do not see all of them tell apart (Okabe and Ito), and dashes. */
export const LINES = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#7f7f7f"];
export const DASHES = ["solid", "dashed", "dotted"];

export const nameOf = (style) => NAMES[style] ?? style;
export const symbolOf = (style) => SYMBOLS[style] ?? "circle";
export const sizeOf = (style) => SIZES[style] ?? 7;

const PLAIN = new Set(["complete", "pruned", "infeasible", "running"]);

/** The best and baselines before their states. place: of a trial in the table. */
export function styleOf(table, place, best) {
  if (table.trial[place] !== null && table.trial[place] === best) return "best";
  if (table.baseline[place] && table.state[place] === "complete") return "baseline";
  return PLAIN.has(table.state[place]) ? table.state[place] : "failed";
}

/** Places of trials by style, in the order of drawing; styles that none has are left out. */
export function byStyle(table, places, best) {
  const found = new Map(STYLES.map((style) => [style, []]));
  for (const place of places) found.get(styleOf(table, place, best)).push(place);
  return [...found].filter(([, same]) => same.length);
}
