// htmx with the site's manners: no eval, no stored pages (they may hold personal data), refusals shown in place.
import htmx from "htmx.org";
import { words } from "../words";
import { say } from "./toasts";

export function startHtmx(): void {
  Object.assign(htmx.config, {
    allowEval: false,
    allowScriptTags: false,
    includeIndicatorStyles: false,
    selfRequestsOnly: true,
    historyCacheSize: 0,
    refreshOnHistoryMiss: true,
    scrollBehavior: "instant",
    // A box that somebody drew larger carries a style of its own, which the policy forbids to be copied as a text.
    attributesToSettle: ["class"],
    responseHandling: [
      { code: "204", swap: false },
      { code: "[23]..", swap: true },
      // A refusal is an answer: it takes the place that the form occupied.
      { code: "4(03|04|09|10|13|22)", swap: true, error: false },
      // Signed out meanwhile: one line with the way back; what stands on the page stays (interfaces/console/doors.py).
      { code: "401", swap: true, error: false },
      { code: "...", swap: false, error: true },
    ],
  });
  const root = document.documentElement;
  let open = 0;
  document.addEventListener("htmx:beforeRequest", () => {
    open += 1;
    root.classList.add("is-waiting");
  });
  document.addEventListener("htmx:afterRequest", () => {
    open = Math.max(0, open - 1);
    if (!open) root.classList.remove("is-waiting");
  });
  document.addEventListener("htmx:sendError", () => say(words.offline));
  document.addEventListener("htmx:responseError", () => say(words.failed));
  // What is brought along beside an answer never takes the place of a form that is open, or about to be. Messages are
  // added to those that stand there: the undo that was just pressed is among them.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const detail = (event as CustomEvent).detail;
    const target = detail.target as HTMLElement;
    if (target.id !== "toasts" && target.querySelector(".move-form, .htmx-request")) detail.shouldSwap = false;
  });
  followFocus();
}

/** After a swap the eye and the screen reader belong at what came. Where that asks for nothing and somebody had pressed
 * something, they belong at the button that had opened the form, or at the first thing that can be done. */
function followFocus(): void {
  // What was pressed is often disabled, and has lost the focus, by the time the answer comes.
  const pressed = new WeakMap<XMLHttpRequest, string>();
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, target, xhr } = (event as CustomEvent<{ elt: HTMLElement; target: HTMLElement; xhr: XMLHttpRequest }>).detail;
    if (elt.contains(document.activeElement)) pressed.set(xhr, target.querySelector(".move-form")?.getAttribute("action") ?? "");
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const { target, xhr } = (event as CustomEvent<{ target: HTMLElement; xhr: XMLHttpRequest }>).detail;
    // What was swapped as a whole has left the page; under its name stands what came.
    const gone = !target.isConnected;
    const place = gone ? document.getElementById(target.id) : target;
    const form = pressed.get(xhr);
    const opener = form ? place?.querySelector<HTMLElement>(`a[href="${CSS.escape(form)}"]`) : null;
    const next = place?.querySelector<HTMLElement>("[data-focus]") ?? opener ?? (gone && form !== undefined ? place?.querySelector<HTMLElement>("[data-act]") : null);
    next?.focus();
  });
}
