// The table of all trials: sorted by a column, filtered by words and comparisons, a page of rows at a time.
const makeTable = (table, trials) => {
  "use strict";
  const page = 50;
  const parameters = JSON.parse(table.dataset.parameters);
  const metric = table.dataset.metric;
  const columns = [
    ["trial", (each) => each.number], ["state", (each) => each.state], [metric, (each) => each.value ?? ""],
    ["epochs", (each) => each.epochs], ["seconds", (each) => each.seconds],
    ...parameters.map((name, place) => [name, (each) => each.params[place] ?? ""]),
  ];
  const number = (text) => (text === "" ? NaN : Number(String(text).replaceAll(",", "")));
  const rows = table.dataset.order.split(",").filter(Boolean).map((key) => ({ ...trials[key], number: Number(key) }));
  for (const row of rows) {
    row.cells = columns.map(([, of]) => String(of(row)));
    row.numbers = row.cells.map(number);
    const named = columns.map(([name], place) => `${name}=${row.cells[place]}`);
    row.words = [...named, row.baseline, row.reason, row.verdict].join(" ").toLowerCase();
  }
  const [filter, count, more] = ["filter", "count", "more"].map((id) => document.getElementById(id));
  const body = table.tBodies[0];
  let sorted = null, down = false, only = null, shown = page;

  const comparison = /^(.+?)(>=|<=|>|<|=|:)(.+)$/;
  const tests = { ">": (a, b) => a > b, "<": (a, b) => a < b, ">=": (a, b) => a >= b, "<=": (a, b) => a <= b };
  const condition = (word) => {
    const [, name, sign, wanted] = comparison.exec(word) ?? [];
    const place = columns.findIndex(([each]) => each.toLowerCase() === (name === "value" ? metric.toLowerCase() : name));
    if (place < 0) return (row) => row.words.includes(word);
    if (tests[sign]) return (row) => tests[sign](row.numbers[place], Number(wanted));
    return (row) => row.cells[place].toLowerCase() === wanted || row.numbers[place] === number(wanted);
  };
  const cell = (text, classes = "") => {
    const made = document.createElement("td");
    made.textContent = text;
    made.className = classes;
    return made;
  };
  const line = (row) => {
    const made = document.createElement("tr");
    row.cells.forEach((text, place) => made.append(cell(text, place === 1 || (text && isNaN(row.numbers[place])) ? "" : "n")));
    const link = document.createElement("button");
    Object.assign(link, { type: "button", className: "trial", textContent: row.number });
    link.dataset.trial = row.number;
    made.cells[0].replaceChildren(link);
    if (row.baseline) {
      const named = document.createElement("b");
      named.textContent = ` ${row.baseline}`;
      made.cells[1].append(named);
    }
    return made;
  };
  const order = (a, b) => {
    const empty = (a.cells[sorted] === "") - (b.cells[sorted] === "");
    if (empty) return empty;
    const [x, y] = [a.numbers[sorted], b.numbers[sorted]];
    const found = isNaN(x) || isNaN(y) ? a.cells[sorted].localeCompare(b.cells[sorted]) : x - y;
    return down ? -found : found;
  };
  const draw = () => {
    const wanted = filter.value.toLowerCase().split(/\s+/).filter(Boolean).map(condition);
    const found = rows.filter((row) => (!only || only.has(row.number)) && wanted.every((each) => each(row)));
    if (sorted !== null) found.sort(order);
    body.replaceChildren(...found.slice(0, shown).map(line));
    const all = rows.length.toLocaleString("en"), some = found.length.toLocaleString("en");
    count.textContent = found.length === rows.length ? `${all} trials` : `${some} of ${all} trials`;
    more.hidden = found.length <= shown;
    more.textContent = `Show ${Math.min(200, found.length - shown)} more`;
    table.parentElement.nextElementSibling.hidden = found.length > 0;
  };
  [...table.tHead.rows[0].cells].forEach((head, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      down = sorted === place && !down;
      sorted = place;
      [...table.tHead.rows[0].cells].forEach((each) => each.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      shown = page;
      draw();
    });
  });
  filter.addEventListener("input", () => { shown = page; draw(); });
  more.addEventListener("click", () => { shown += 200; draw(); });
  document.getElementById("filters").hidden = false;
  draw();
  return (trialNumbers) => { only = trialNumbers; shown = page; draw(); };
};
