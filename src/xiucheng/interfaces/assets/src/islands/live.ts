// Keeps the hall list fresh: rows change in place, new ones wait behind a chip so that nothing jumps under the hand.
import htmx from "htmx.org";
import { words } from "../words";

const POLL = 5000;
const CALM = 900; // at most one look per this many milliseconds, however much happens

type Sign = { url: string };

export function live(place: HTMLElement): void {
  const list = place.querySelector<HTMLElement>("[data-rows]");
  const chip = place.querySelector<HTMLButtonElement>("[data-fresh]");
  const dot = document.querySelector<HTMLElement>("[data-live-state]");
  const signUrl = place.dataset.live ?? "";
  if (!list || !chip) return;

  let source: EventSource | null = null;
  let poll = 0;
  let failures = 0;
  let after = 0;
  let pending = 0;
  let busy = false;
  let waiting: Document | null = null;
  const stopped = () => !place.isConnected;

  function state(name: "live" | "polling" | "off"): void {
    if (!dot) return;
    dot.dataset.state = name;
    const text = dot.querySelector("span");
    if (text) text.textContent = words[name];
  }

  /** Look again at the same address, soon, and once however many times it was asked. */
  function look(): void {
    if (pending || stopped()) return;
    pending = window.setTimeout(async () => {
      pending = 0;
      if (busy || document.hidden) return;
      busy = true;
      try {
        const answer = await fetch(location.href, { headers: { "HX-Request": "true", "HX-Target": "hall-list" }, credentials: "same-origin" });
        if (answer.redirected || !answer.ok) throw new Error(String(answer.status));
        apply(new DOMParser().parseFromString(await answer.text(), "text/html"));
      } catch {
        state("off");
      } finally {
        busy = false;
      }
    }, CALM * (0.6 + Math.random() * 0.4));
  }

  function apply(page: Document): void {
    const seen = new Map([...list!.querySelectorAll<HTMLElement>("[data-row]")].map((row) => [row.dataset.row, row]));
    const come = [...page.querySelectorAll<HTMLElement>("[data-row]")];
    const fresh = come.filter((row) => !seen.has(row.dataset.row));
    const kept = new Set(come.map((row) => row.dataset.row));
    for (const row of come) {
      const old = seen.get(row.dataset.row);
      if (!old || old.dataset.version === row.dataset.version) continue;
      const copy = document.importNode(row, true);
      copy.classList.add("changed");
      if (old.classList.contains("here")) copy.classList.add("here");
      const focused = old.contains(document.activeElement);
      old.replaceWith(copy);
      htmx.process(copy);
      if (focused) copy.querySelector<HTMLElement>("a")?.focus();
    }
    for (const [id, row] of seen) {
      const gone = !kept.has(id);
      row.classList.toggle("gone", gone);
      if (gone) row.title = words.gone;
      else row.removeAttribute("title");
    }
    refresh(page, "[data-queues]");
    refresh(page, "[data-say]");
    waiting = page;
    const wasEmpty = seen.size === 0;
    chip!.hidden = fresh.length === 0 || wasEmpty;
    const text = chip!.querySelector("span");
    if (text) text.textContent = words.fresh(fresh.length);
    if (wasEmpty && come.length) takeIn();
  }

  function refresh(page: Document, selector: string): void {
    const from = page.querySelector(selector);
    const to = document.querySelector(selector);
    if (!from || !to || from.innerHTML === to.innerHTML || to.contains(document.activeElement)) return;
    to.innerHTML = from.innerHTML;
    htmx.process(to);
  }

  /** Shows what waited behind the chip. */
  function takeIn(): void {
    const rows = waiting?.querySelector("[data-rows]");
    if (!rows) return;
    const had = new Set([...list!.querySelectorAll<HTMLElement>("[data-row]")].map((row) => row.dataset.row));
    list!.innerHTML = rows.innerHTML;
    list!.querySelectorAll<HTMLElement>("[data-row]").forEach((row) => row.classList.toggle("fresh", !had.has(row.dataset.row)));
    htmx.process(list!);
    place.querySelector("[data-empty]")?.remove();
    chip!.hidden = true;
    waiting = null;
  }

  async function connect(): Promise<void> {
    if (stopped()) return;
    try {
      const answer = await fetch(signUrl, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      const sign = (await answer.json()) as Sign;
      source = new EventSource(sign.url);
      source.addEventListener("open", () => {
        failures = 0;
        clearInterval(poll);
        poll = 0;
        state("live");
        look();
      });
      source.addEventListener("position", () => {
        look();
        // The board follows the journal by a moment: look once more when the rush is over.
        clearTimeout(after);
        after = window.setTimeout(look, 1800);
      });
      source.addEventListener("error", again);
    } catch {
      again();
    }
  }

  /** The stream broke: the token may be old, so fetch a new one; look by itself meanwhile. */
  function again(): void {
    source?.close();
    source = null;
    if (stopped()) return;
    failures += 1;
    if (!poll) poll = window.setInterval(() => (stopped() ? clearInterval(poll) : look()), POLL);
    if (failures > 1) state("polling");
    setTimeout(connect, Math.min(30_000, 1000 * 2 ** failures));
  }

  chip.addEventListener("click", () => {
    takeIn();
    list.closest(".list-pane")?.scrollIntoView({ block: "start" });
  });
  document.addEventListener("visibilitychange", () => document.hidden || look());
  window.addEventListener("pagehide", () => source?.close());
  void connect();
}
