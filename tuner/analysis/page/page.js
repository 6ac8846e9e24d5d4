(() => {
  "use strict";
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const figures = read("figures");
  const touch = matchMedia("(pointer: coarse)").matches;
  const printWidth = 690;
  const plots = [...document.querySelectorAll(".plot")];

  // Before printing a page is still as wide as the window: pictures get the paper's width, and their own back after.
  const widthOf = (plot) => Math.max(plot.parentElement.clientWidth, Number(plot.dataset.leastWidth || 0));
  const draw = (plot) => {
    const { data, layout } = figures[plot.dataset.figure];
    // A finger that scrolls past a picture must not zoom into it.
    const own = { ...layout, width: widthOf(plot), dragmode: touch ? false : layout.dragmode };
    const parallel = plot.dataset.figure === "parallel";
    if (parallel) Object.assign(own, { dragmode: false, xaxis: { ...layout.xaxis, fixedrange: true } });
    // A legend at the left is out of sight where a picture is scrolled to its right.
    if (own.width > plot.parentElement.clientWidth) own.legend = { ...layout.legend, x: 1, xanchor: "right" };
    // The first trace takes the lines that a brush leaves out.
    const outside = { x: [], y: [], mode: "lines", line: { color: "#98a2b3", width: 0.7 }, opacity: 0.3, showlegend: false, hoverinfo: "skip" };
    Plotly.newPlot(plot, parallel ? [outside, ...data] : data, own, { displaylogo: false, displayModeBar: false });
    // The objective's axis is the last, and the most important parameters are beside it.
    plot.parentElement.scrollLeft = plot.parentElement.scrollWidth;
    if (parallel) makeBrush(plot, touch, (inside) => restrict(inside));
    plot.on("plotly_click", (event) => {
      const trial = event.points[0].customdata;
      if (trial !== undefined && trial !== null) show(String(trial));
    });
  };
  const fit = (width, share = 1) => plots.forEach((plot) => {
    const height = figures[plot.dataset.figure].layout.height;
    // A page that is out of sight has no width.
    if (plot.data && width(plot)) Plotly.relayout(plot, { width: width(plot), height: plot.closest(".small") ? height : height * share });
  });

  const table = document.getElementById("all");
  const parameters = table ? JSON.parse(table.dataset.parameters) : [];
  const trials = document.getElementById("trials") ? read("trials") : {};
  const box = document.querySelector("dialog");
  const element = (name, text) => {
    const made = document.createElement(name);
    made.textContent = text;
    return made;
  };
  const show = (number) => {
    const trial = trials[number];
    if (!trial || !box) return;
    const body = box.querySelector("div");
    const named = trial.baseline ? ` (${trial.baseline})` : "";
    const facts = [trial.state, trial.value, `${trial.epochs} epochs`, `${trial.seconds} s`].filter(Boolean);
    const list = element("dl", "");
    list.className = "config";
    for (const [place, name] of parameters.entries()) {
      const value = trial.params[place];
      if (value === null) continue;
      const row = element("div", "");
      row.append(element("dt", name), element("dd", value));
      list.append(row);
    }
    body.replaceChildren(element("h3", `Trial ${number}${named}`), element("p", facts.join(", ")));
    for (const words of [trial.reason, trial.verdict]) {
      if (words) body.append(element("p", words));
    }
    body.append(list);
    box.showModal();
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("button.trial");
    if (link) show(link.dataset.trial);
    if (box && (event.target === box || event.target.closest("dialog button"))) box.close();
  });

  const restrict = table ? makeTable(table, trials) : () => {};
  plots.forEach(draw);
  let last = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth !== last && !matchMedia("print").matches) {
      last = window.innerWidth;
      fit(widthOf);
    }
  });
  const onPaper = (plot) => (plot.closest(".small") ? (printWidth - 36) / 3 : printWidth);
  window.addEventListener("beforeprint", () => {
    document.querySelectorAll("details").forEach((each) => each.setAttribute("open", ""));
    fit(onPaper, 0.8);
  });
  window.addEventListener("afterprint", () => fit(widthOf));
})();
