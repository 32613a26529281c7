// Typed text is never lost: forms with `data-draft="name"` keep their words on this device until they are sent.
import { device, tab } from "../keeping";
import { words } from "../words";

const DAYS = 2;
const PREFIX = "xc-draft:";
const SENT = "xc-draft-sent";
const PAUSE = 400; // milliseconds without a key, after which what was typed is written down
const unkept = new Map<HTMLFormElement, number>(); // forms with words not yet written down, and their timers
type Kept = { at: number; values: Record<string, string> };

function fields(form: HTMLFormElement): (HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement)[] {
  return [...form.elements].filter((field): field is HTMLInputElement => {
    if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement)) return false;
    // Contacts and secrets stay out of the browser's storage.
    return Boolean(field.name) && !field.hasAttribute("data-not-kept") && !["hidden", "password", "file", "tel", "submit"].includes(field.type);
  });
}

function read(form: HTMLFormElement): Record<string, string> {
  const values: Record<string, string> = {};
  for (const field of fields(form)) {
    if (field instanceof HTMLInputElement && ["radio", "checkbox"].includes(field.type)) {
      if (field.checked) values[field.name] = field.value;
    } else if (field.value) values[field.name] = field.value;
  }
  return values;
}

function restore(form: HTMLFormElement, values: Record<string, string>): boolean {
  let any = false;
  for (const field of fields(form)) {
    const value = values[field.name];
    if (value === undefined) continue;
    if (field instanceof HTMLInputElement && ["radio", "checkbox"].includes(field.type)) {
      if (field.value === value) field.checked = true;
    } else if (!field.value) {
      field.value = value;
      if (field instanceof HTMLTextAreaElement) any = true;
    }
  }
  return any;
}

function all(): string[] {
  return device.keys().filter((key) => key.startsWith(PREFIX));
}

function parsed(text: string): Kept | null {
  try {
    const said = JSON.parse(text) as Partial<Kept> | null;
    return typeof said?.at === "number" && typeof said.values === "object" && said.values ? (said as Kept) : null;
  } catch {
    return null;
  }
}

/** A draft that still holds; one that is over its time, or spoiled, is removed. */
function held(key: string): Kept | null {
  const text = device.get(key);
  const kept = text === null ? null : parsed(text);
  if (kept && Date.now() - kept.at < DAYS * 86_400_000) return kept;
  device.remove(key);
  return null;
}

function letGo(form: HTMLFormElement): void {
  clearTimeout(unkept.get(form));
  unkept.delete(form);
}

function keep(form: HTMLFormElement): void {
  letGo(form);
  device.set(PREFIX + form.dataset.draft, JSON.stringify({ at: Date.now(), values: read(form) } satisfies Kept));
}

function begin(form: HTMLFormElement): void {
  if (form.dataset.drafting) return;
  form.dataset.drafting = "1";
  const key = PREFIX + form.dataset.draft;
  const kept = held(key);
  if (kept && restore(form, kept.values)) {
    const note = document.createElement("p");
    note.className = "answer answer-remark restored";
    note.setAttribute("role", "status");
    note.append(words.draft);
    const clear = document.createElement("button");
    clear.type = "button";
    clear.className = "btn btn-small push";
    clear.textContent = words.discard;
    clear.addEventListener("click", () => {
      letGo(form);
      device.remove(key);
      form.reset();
      note.remove();
    });
    note.append(clear);
    form.prepend(note);
  }
  form.addEventListener("submit", () => {
    // Before it is sent: what is written afterwards would outlive the answer that ends the draft.
    if (unkept.has(form)) keep(form);
    tab.set(SENT, form.dataset.draft ?? "");
  });
  form.addEventListener("input", () => {
    clearTimeout(unkept.get(form));
    unkept.set(form, window.setTimeout(() => keep(form), PAUSE));
  });
}

/** A form was sent and this page no longer shows it, nor a refusal, nor asks to sign in: its draft has done its duty. */
function forgetSent(): void {
  const name = tab.get(SENT);
  tab.remove(SENT);
  if (!name || document.querySelector(`form[data-draft="${CSS.escape(name)}"], [role=alert], [type=password]`)) return;
  device.remove(PREFIX + name);
}

export function startDrafts(): void {
  const begun = () => document.querySelectorAll<HTMLFormElement>("form[data-draft]").forEach(begin);
  // The page that follows a successful send names the draft that is no longer needed.
  const clear = () => document.querySelectorAll<HTMLElement>("[data-draft-done]").forEach((mark) => {
    device.remove(PREFIX + mark.dataset.draftDone);
  });
  // What is over its time goes, whether or not its form is ever opened again on this device.
  all().forEach(held);
  forgetSent();
  clear();
  begun();
  // What was refused, or came too late for the session, has not been sent.
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!(event as CustomEvent<{ successful?: boolean }>).detail.successful) tab.remove(SENT);
  });
  document.addEventListener("htmx:load", () => {
    clear();
    begun();
  });
  // Whoever leaves in the middle of a word finds that word again.
  window.addEventListener("pagehide", () => [...unkept.keys()].forEach(keep));
  // Signing out leaves nothing behind for the next person at this desk.
  document.addEventListener("submit", (event) => {
    if (!(event.target as HTMLElement).hasAttribute("data-sign-out")) return;
    [...unkept.keys()].forEach(letGo);
    all().forEach(device.remove);
  });
}
