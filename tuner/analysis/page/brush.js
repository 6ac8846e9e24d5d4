// Ranges marked on the axes of the parallel coordinates: the lines outside them fade, and the table follows.
const makeBrush = (plot, touch, changed) => {
  "use strict";
  const near = 14, least = 4;
  const { tickvals } = plot.layout.xaxis;
  const whole = plot.data.map((trace) => ({ x: trace.x, y: trace.y, customdata: trace.customdata, hovertext: trace.hovertext }));
  const heights = new Map();
  whole.forEach(({ x, y, customdata }) => x.forEach((at, place) => {
    const trial = customdata?.[place];
    if (trial === null || trial === undefined) return;
    if (!heights.has(trial)) heights.set(trial, []);
    heights.get(trial)[at] = y[place];
  }));
  const marked = new Map();
  const box = plot.parentElement;
  const said = document.createElement("p");
  said.className = "note screen";
  said.setAttribute("role", "status");
  box.after(said);

  const through = (trial) =>
    [...marked].every(([at, [low, high]]) => heights.get(trial)[at] >= low && heights.get(trial)[at] <= high);
  const part = ({ x, y, customdata, hovertext }, wanted) => {
    const kept = { x: [], y: [], customdata: [], hovertext: [] };
    let last = false;
    x.forEach((at, place) => {
      const trial = customdata?.[place] ?? null;
      const take = at === null ? last : wanted(trial);
      last = at !== null && take;
      if (!take) return;
      kept.x.push(at);
      kept.y.push(y[place]);
      kept.customdata.push(trial);
      kept.hovertext.push(hovertext?.[place] ?? "");
    });
    return kept;
  };
  const apply = () => {
    const inside = new Set([...heights.keys()].filter(through));
    const others = { x: [], y: [] };
    plot.data.forEach((trace, number) => {
      if (!whole[number].customdata?.length) return;
      const outside = part(whole[number], (trial) => !inside.has(trial));
      others.x.push(...outside.x);
      others.y.push(...outside.y);
      Object.assign(trace, part(whole[number], (trial) => inside.has(trial)));
    });
    Object.assign(plot.data[0], marked.size ? others : { x: [], y: [] });
    Plotly.react(plot, plot.data.map((trace) => ({ ...trace })), plot.layout);
    said.replaceChildren();
    if (marked.size) {
      const clear = document.createElement("button");
      clear.textContent = "Show all";
      clear.addEventListener("click", () => { marked.clear(); apply(); });
      said.append(`${inside.size} of ${heights.size} trials go through what is marked; the table has the same. `, clear);
    }
    changed(marked.size ? inside : null);
  };

  // Where the axes are on the screen: this plotly.js is the page's own, and so are its names.
  const axis = (at) => plot._fullLayout.xaxis._offset + plot._fullLayout.xaxis.l2p(at);
  const height = (pixels) => plot._fullLayout.yaxis.p2l(pixels - plot._fullLayout.yaxis._offset);
  const pixels = (value) => plot._fullLayout.yaxis._offset + plot._fullLayout.yaxis.l2p(value);
  const layer = document.createElement("div");
  layer.className = "brushes screen";
  box.append(layer);
  const rectangle = (at, [low, high]) => {
    const shown = document.createElement("div");
    shown.className = "marked";
    shown.style.cssText = `left:${axis(at) - 9}px;top:${pixels(high)}px;height:${pixels(low) - pixels(high)}px`;
    return shown;
  };
  const place = () => {
    layer.replaceChildren(...[...marked].map(([at, range]) => rectangle(at, range)));
    if (!touch) return;
    for (const at of tickvals) {
      const strip = document.createElement("div");
      strip.className = "strip";
      strip.style.cssText = `left:${axis(at) - near}px;width:${2 * near}px;top:${pixels(1.05)}px;height:${pixels(-0.18) - pixels(1.05)}px`;
      strip.addEventListener("pointerdown", begin);
      layer.append(strip);
    }
  };
  const begin = (event) => {
    if (event.button) return;
    const { left, top } = plot.getBoundingClientRect();
    const at = tickvals.find((each) => Math.abs(axis(each) - (event.clientX - left)) <= near);
    if (at === undefined) return;
    const from = event.clientY;
    let range = null;
    const move = (moved) => {
      if (!range && Math.abs(moved.clientY - from) < least) return;
      range = [height(from - top), height(moved.clientY - top)].sort((a, b) => a - b);
      marked.set(at, range);
      layer.querySelectorAll(".marked").forEach((each) => each.remove());
      layer.append(...[...marked].map(([each, between]) => rectangle(each, between)));
      moved.preventDefault();
    };
    const end = (ended) => {
      document.removeEventListener("pointermove", move);
      document.removeEventListener("pointerup", end);
      document.removeEventListener("pointercancel", end);
      const inMark = marked.has(at) && height(from - top) >= marked.get(at)[0] && height(from - top) <= marked.get(at)[1];
      if (range && ended.type === "pointerup") apply();
      else if (!range && inMark) { marked.delete(at); apply(); }
    };
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", end);
    document.addEventListener("pointercancel", end);
  };
  if (!touch) plot.addEventListener("pointerdown", begin, true);
  plot.on("plotly_afterplot", place);
  place();
};
