// What a person does on a page is asked of the API, as any program would ask it; what it answers is shown where it was asked.
//
// <button data-opens="ID">             opens the dialog of that id
// <button data-closes>                 closes the one that it is in
// <form data-method data-path          sends its fields as JSON: a name with dots is an object within, an empty field is
//       data-done data-then>           left out, [data-type] is number, integer, json or list (by lines);
//                                      then: "refresh" the page's live parts, "reload", or a path, in which
//                                      {name} stands for a field of the answer; done: what is said then
// With DELETE they are the query. <input data-equals="TEXT"> has to be filled with just that text.
// A form with [data-once] creates: sent again after an answer was lost, it creates nothing twice.

const READERS = {
  text: (text) => text,
  number: (text) => Number(text),
  integer: (text) => Number(text),
  json: (text) => JSON.parse(text),
  list: (text) => text.split("\n").map((each) => each.trim()).filter(Boolean),
};

/** Says something in the corner for a while. */
export function say(words, kind = "") {
  const message = document.createElement("p");
  message.textContent = words;
  message.className = kind;
  document.getElementById("messages").append(message);
  setTimeout(() => message.remove(), 6000);
}

/** Asks the API. Resolves to what it answers; rejects with its problem in words. */
export async function ask(method, path, body = undefined, headers = {}) {
  const request = { method, headers: { Accept: "application/json", ...headers } };
  if (body !== undefined) {
    request.body = JSON.stringify(body);
    request.headers["Content-Type"] = "application/json";
  }
  let answer;
  try {
    answer = await fetch(path, request);
  } catch {
    throw new Error("the server does not answer. It may be starting anew; try again in a moment.");
  }
  const text = await answer.text();
  let told = null;
  try {
    told = text ? JSON.parse(text) : null;
  } catch {
    throw new Error(`the server answered ${answer.status}, and nothing that can be read.`);
  }
  if (answer.status === 401) {
    location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
  }
  if (!answer.ok) throw new Error(told?.detail ?? answer.statusText);
  return told;
}

/** The fields of a form as the body of a request. Throws where one cannot be read. */
export function bodyOf(form) {
  const body = {};
  for (const field of form.elements) {
    if (!field.name || field.disabled || field.type === "submit") continue;
    if (field.type === "radio" && !field.checked) continue;
    let value;
    if (field.type === "checkbox") value = field.checked;
    else if (field.value.trim() === "" && !("keepsEmpty" in field.dataset)) continue;
    else {
      try {
        value = READERS[field.dataset.type ?? "text"](field.value);
      } catch {
        throw new Error(`${field.name}: cannot be read as ${field.dataset.type}.`);
      }
      if (Number.isNaN(value)) throw new Error(`${field.name}: is no number.`);
    }
    const path = field.name.split(".");
    const last = path.pop();
    let place = body;
    for (const each of path) place = place[each] ??= {};
    place[last] = value;
  }
  return body;
}

function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function filled(path, answer) {
  return path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(answer[name]));
}

function said(words, answer) {
  return words.replace(/\{(\w+)\}/g, (_, name) => String(answer[name]));
}

/** A form's method, path and body, as the API takes them. */
function requestOf(form) {
  const { method, path } = form.dataset;
  if (method !== "DELETE") return [method, path, bodyOf(form)];
  const query = new URLSearchParams(bodyOf(form)).toString();
  return [method, query ? `${path}?${query}` : path, undefined];
}

function goOn(then, answer) {
  if (then === "reload") location.reload();
  else if (then.startsWith("/")) location.assign(filled(then, answer));
  else document.querySelectorAll("[data-live]").forEach((each) => each.dispatchEvent(new Event("refresh")));
}

async function send(form) {
  // Beside its fields a form may have a place for what is wrong with the whole.
  const problem = form.querySelector(".problem[data-whole]") ?? form.querySelector(".problem");
  const buttons = form.querySelectorAll("button");
  if (problem) problem.hidden = true;
  buttons.forEach((each) => (each.disabled = true));
  try {
    if ("once" in form.dataset) form.dataset.key ??= newKey();
    const headers = form.dataset.key ? { "Idempotency-Key": form.dataset.key } : {};
    const answer = await ask(...requestOf(form), headers);
    delete form.dataset.key;
    form.closest("dialog")?.close();
    if (form.dataset.done) say(said(form.dataset.done, answer));
    form.dispatchEvent(new CustomEvent("done", { bubbles: true, detail: answer }));
    goOn(form.dataset.then ?? "refresh", answer);
  } catch (error) {
    if (problem) {
      problem.textContent = error.message;
      problem.hidden = false;
    } else say(error.message, "problem");
  } finally {
    buttons.forEach((each) => (each.disabled = false));
  }
}

/** A browser says by itself, beside the field, what of it is wrong. */
function checkEquals(field) {
  field.setCustomValidity(field.value === field.dataset.equals ? "" : `Type ${field.dataset.equals}`);
}

export function installActions() {
  document.addEventListener("input", (event) => {
    if (event.target.dataset?.equals !== undefined) checkEquals(event.target);
  });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.opens);
      dialog.querySelectorAll("[data-equals]").forEach(checkEquals);
      dialog.showModal();
    }
    if (event.target.closest("[data-closes]")) event.target.closest("dialog").close();
    // A click beside a dialog's form closes it, too.
    if (event.target.nodeName === "DIALOG") event.target.close();
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.dataset.path) return;
    event.preventDefault();
    send(event.target);
  });
}
