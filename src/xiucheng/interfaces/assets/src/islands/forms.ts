// Small courtesies of forms: sent once only, filters that apply themselves, fields that depend on another, letters
// counted, and what a browser would say by itself said in the page's own language.
import { words } from "../words";
import { say } from "./toasts";

export function startForms(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.method !== "post" || event.defaultPrevented || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    form.querySelectorAll<HTMLButtonElement>("button[type=submit]").forEach((button) => button.setAttribute("aria-disabled", "true"));
    document.documentElement.classList.add("is-waiting");
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll<HTMLFormElement>("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
    });
    document.documentElement.classList.remove("is-waiting");
  });
  document.addEventListener("change", (event) => {
    const field = event.target as HTMLElement;
    const form = field.closest<HTMLFormElement>("form[data-auto]");
    if (form) form.requestSubmit();
    showDependents(field);
  });
  document.querySelectorAll<HTMLElement>("[data-shows]").forEach(showDependents);
  document.addEventListener("invalid", (event) => inOurWords(event.target as HTMLInputElement), true);
  document.addEventListener("input", (event) => {
    const field = event.target as HTMLInputElement;
    field.setCustomValidity?.("");
    if (field.dataset?.most) count(field);
    if (field.type === "file") nameFiles(field);
  });
  const ready = () => document.querySelectorAll<HTMLInputElement>("[data-most]").forEach(count);
  ready();
  document.addEventListener("htmx:load", ready);
  document.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest<HTMLElement>("[data-copy]");
    if (button) void copy(button);
    if ((event.target as HTMLElement).closest("[data-print]")) window.print();
  });
}

/** `data-shows="#id"` on a select or checkbox: the block with that id is shown for options marked `data-show`. */
function showDependents(field: HTMLElement): void {
  const selector = field.dataset.shows;
  if (!selector) return;
  const option = field instanceof HTMLSelectElement ? field.selectedOptions[0] : undefined;
  const on = option ? option.hasAttribute("data-show") : (field as HTMLInputElement).checked;
  document.querySelectorAll<HTMLElement>(selector).forEach((block) => (block.hidden = !on));
}

/** The browser speaks its own language, the page the reader's. */
function inOurWords(field: HTMLInputElement): void {
  const wrong = field.validity;
  if (!wrong || wrong.customError) return;
  const chosen = field.type === "radio" || field.type === "checkbox" || field.type === "file" || field.tagName === "SELECT";
  if (wrong.valueMissing) field.setCustomValidity(chosen ? words.choose : words.required);
  else if (wrong.badInput || wrong.rangeOverflow || wrong.rangeUnderflow || wrong.stepMismatch) field.setCustomValidity(words.wrongNumber);
  else field.setCustomValidity(words.wrongForm);
}

/** `data-most="2000"`: nothing is cut off; how much there is, and how much too much, stands beneath. */
function count(field: HTMLInputElement): void {
  const most = Number(field.dataset.most);
  const length = [...field.value].length;
  let note = field.nextElementSibling as HTMLElement | null;
  if (!note?.matches(".letters")) {
    if (length < most * 0.8) return;
    note = document.createElement("div");
    note.className = "letters";
    note.setAttribute("role", "status");
    field.after(note);
  }
  note.hidden = length < most * 0.8;
  note.classList.toggle("wrong", length > most);
  note.textContent = words.letters(length, most) + (length > most ? ` · ${words.tooLong(length - most)}` : "");
}

function nameFiles(field: HTMLInputElement): void {
  const name = field.closest(".file-choice")?.querySelector<HTMLElement>("[data-file-name]");
  const files = [...(field.files ?? [])];
  if (name) name.textContent = files.length === 0 ? words.noFile : files.length === 1 ? (files[0]?.name ?? "") : words.chosen(files.length);
}

/** `data-copy="text"`: to the clipboard; where there is none (plain http), the text is selected to be copied by hand. */
async function copy(button: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(button.dataset.copy ?? "");
    button.setAttribute("aria-pressed", "true");
    say(words.copied);
  } catch {
    const shown = document.querySelector(button.dataset.copyFrom ?? "");
    if (shown) getSelection()?.selectAllChildren(shown);
  }
}
