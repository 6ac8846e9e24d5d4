// A new study: each field that is changed makes the space's text anew, and the text the fields.
import { ask, say } from "./actions.js";

const form = document.getElementById("new");
const space = document.getElementById("space");
const fields = document.getElementById("fields");
const text = document.getElementById("text");
const textProblem = document.getElementById("text-problem");
const original = text.value;

/** One change after the other: each is made of the text that the one before has left. */
let turn = Promise.resolve();

let busy = 0;

/** Changes of parameters that are not in the text yet: by name. */
const waiting = new Map();

function values(field) {
  const ticked = [...field.querySelectorAll("[data-choice]")];
  if (ticked.length) {
    return ticked.filter((each) => each.checked).map((each) => each.dataset.choice);
  }
  return field.querySelector("[data-list]").value.split(",").map((each) => each.trim()).filter(Boolean);
}

function number(field, name) {
  const input = field.querySelector(`[data-${name}]`);
  return input.value === "" ? null : Number(input.value);
}

function edited(field) {
  const mode = field.querySelector("[data-mode]");
  if (!mode || mode.value === "values") return { values: values(field) };
  return {
    low: number(field, "low"),
    high: number(field, "high"),
    step: number(field, "step"),
    log: field.querySelector("[data-log]").checked,
  };
}

/** Shows a problem beside the field that it names, else under the text. */
function show(words) {
  const name = /parameters\.(\w+)/.exec(words)?.[1];
  const baseline = /baselines\.([\w.-]+):/.exec(words)?.[1];
  const field =
    (name && fields.querySelector(`[data-parameter="${CSS.escape(name)}"]`)) ||
    (baseline && fields.querySelector(`[data-baseline="${CSS.escape(baseline)}"]`)?.closest(".field"));
  const place = field ? field.querySelector(".problem") : textProblem;
  if (!field) document.getElementById("as-text").open = true;
  place.textContent = words;
  place.hidden = false;
}

function clear() {
  for (const each of [...fields.querySelectorAll(".problem"), textProblem]) each.hidden = true;
}

function take(newText) {
  text.value = newText;
  const unchanged = newText === original;
  space.name = unchanged ? "space" : "";
  text.name = unchanged ? "" : "space_text";
  document.getElementById("space_name").disabled = unchanged;
}

async function drawFields() {
  const answer = await fetch("/new/fields", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ text: text.value, name: form.dataset.space }),
  });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const problem = page.querySelector("main .problem");
  if (!answer.ok) throw new Error(problem ? problem.textContent : answer.statusText);
  fields.replaceChildren(...page.body.childNodes);
}

function change(edit, redraw = false) {
  busy += 1;
  turn = turn.then(async () => {
    clear();
    try {
      const body = { space_text: text.value, space_name: form.dataset.space, edit };
      take((await ask("POST", "/api/v1/spaces/edit", body)).text);
      for (const name of Object.keys(edit.parameters ?? {})) waiting.delete(name);
      if (redraw) await drawFields();
    } catch (error) {
      show(error.message);
    }
    busy -= 1;
  });
}

fields.addEventListener("change", (event) => {
  if (event.target.matches("[data-further]")) {
    const option = event.target.selectedOptions[0];
    if (option.value) change({ parameters: { [option.value]: { values: [option.dataset.default] } } }, true);
    return;
  }
  const field = event.target.closest("[data-parameter]");
  if (!field) {
    tryAgain();
    return;
  }
  const mode = field.querySelector("[data-mode]");
  if (event.target === mode) {
    field.querySelector(".range").hidden = mode.value !== "range";
    field.querySelector(".list").hidden = mode.value === "range";
    const filled = mode.value === "range" ? number(field, "low") !== null : values(field).length;
    if (!filled) return;
  }
  waiting.set(field.dataset.parameter, edited(field));
  tryAgain();
});

/** What was changed and could not be taken yet is tried with what is changed now: one may only go with the other. */
function tryAgain() {
  const unticked = [...fields.querySelectorAll("[data-baseline]:not(:checked)")].map((each) => each.dataset.baseline);
  change({ parameters: Object.fromEntries(waiting), without_baselines: unticked }, unticked.length > 0);
}

fields.addEventListener("click", (event) => {
  if (!event.target.closest("[data-leave-out]")) return;
  change({ parameters: { [event.target.closest("[data-parameter]").dataset.parameter]: null } }, true);
});

text.addEventListener("change", () => {
  busy += 1;
  waiting.clear();
  turn = turn.then(async () => {
    clear();
    take(text.value);
    try {
      await drawFields();
    } catch (error) {
      show(error.message);
    }
    busy -= 1;
  });
});

for (const each of form.querySelectorAll("[data-search]")) {
  each.addEventListener("change", () => {
    const value = each.dataset.search === "patience" ? Number(each.value) : each.value;
    change({ [each.dataset.search]: value });
  });
}

space.addEventListener("change", () => location.assign(`/new?space=${encodeURIComponent(space.value)}`));

form.addEventListener("change", (event) => {
  if (event.target.name === "run") document.getElementById("here").hidden = event.target.value !== "here";
});

function line(words, kind = "") {
  const made = document.createElement("p");
  made.textContent = words;
  made.className = kind;
  return made;
}

document.getElementById("check").addEventListener("click", async (event) => {
  const shown = document.getElementById("checked");
  const button = event.target;
  button.disabled = true;
  shown.hidden = false;
  shown.replaceChildren(line("Reading the data and counting the networks ...", "hint"));
  try {
    await turn;
    const found = await ask("POST", "/api/v1/spaces/check", { space_text: text.value, space_name: form.dataset.space });
    const lines = [line(`It can be searched: ${Object.keys(found.parameters).length} parameters.`)];
    for (const [words, end] of [["smallest", found.smallest], ["largest", found.largest]]) {
      if (end) lines.push(line(`The ${words} network has ${end.parameters.toLocaleString()} numbers to learn.`));
    }
    if (found.worker_mib) lines.push(line(`A worker takes about ${Math.round(found.worker_mib)} MiB.`));
    lines.push(...found.warnings.map((each) => line(each, "problem")), ...found.notes.map((each) => line(each, "hint")));
    shown.replaceChildren(...lines);
  } catch (error) {
    shown.replaceChildren(line(error.message, "problem"));
    show(error.message);
  } finally {
    button.disabled = false;
  }
});

/** What is started is what is seen: not before every change is in the text, nor while one cannot be taken. */
form.addEventListener("submit", async (event) => {
  if (busy) {
    event.preventDefault();
    event.stopPropagation();
    await turn;
    form.requestSubmit();
    return;
  }
  const marked = [...fields.querySelectorAll(".problem"), textProblem].find((each) => !each.hidden);
  if (marked) {
    event.preventDefault();
    event.stopPropagation();
    marked.scrollIntoView({ block: "center" });
    say("It is not started: first mend what is marked.", "problem");
  }
});

form.addEventListener("done", (event) => say(`${event.detail.study_name} has begun.`));
