// A configuration: checked as it is typed, each problem beside its field.
import { ask, bodyOf } from "./actions.js";

const PAUSE_MS = 300;
const form = document.getElementById("configuration");
const fields = [...form.querySelectorAll("[data-parameter]")];
const places = document.getElementById("places");
let touched = form.querySelector("[name^='params.']")?.value !== "";
let timer = null;
let asked = 0;

/** A parameter that is not in use, such as a momentum without its optimizer, is not shown and not sent. */
function showInUse() {
  const value = (name) => form.elements[`params.${name}`]?.value;
  for (const field of fields) {
    if (!field.dataset.when) continue;
    const used = Object.entries(JSON.parse(field.dataset.when)).every(([parent, values]) => {
      const chosen = value(parent);
      return chosen === undefined || values.map(String).includes(chosen);
    });
    field.hidden = !used;
    field.querySelector("[name]").disabled = !used;
  }
}

async function check() {
  const turn = ++asked;
  const { params } = bodyOf(form);
  const found = await ask("POST", form.dataset.check, { params: params ?? {} });
  if (turn !== asked) return;
  const faults = new Map(found.faults.map((each) => [each.parameter, each.words]));
  for (const field of fields) {
    const input = field.querySelector("[name]");
    const words = faults.get(field.dataset.parameter);
    const problem = field.querySelector(".problem");
    // What is still empty is no mistake before somebody has begun.
    problem.hidden = !words || (input.value === "" && !input.dataset.left);
    problem.textContent = words ?? "";
    input.setAttribute("aria-invalid", String(!problem.hidden));
    faults.delete(field.dataset.parameter);
  }
  const said = [...faults.values()];
  if (found.same_as !== null) said.push(`Trial ${found.same_as} has the same values.`);
  said.push(found.places_left ? `${found.places_left} places of the budget are left.` : "All places of the budget are taken: raise it for this one.");
  places.textContent = said.join(" ");
}

function soon() {
  showInUse();
  clearTimeout(timer);
  timer = setTimeout(() => check().catch((error) => (places.textContent = error.message)), PAUSE_MS);
}

form.addEventListener("input", soon);
form.addEventListener("focusout", (event) => {
  if (event.target.name?.startsWith("params.")) {
    event.target.dataset.left = "true";
    if (touched) soon();
    touched = true;
  }
});
soon();
