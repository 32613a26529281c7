// Lets clocks and spoken times tick without asking the server.
import { now, span, spoken, words } from "../words";

const SHAPES: Record<string, string> = { good: "circle", soon: "triangle", late: "diamond" };

function tick(chip: HTMLElement): void {
  const due = Date.parse(chip.dataset.due ?? "");
  if (Number.isNaN(due)) return;
  const warn = Date.parse(chip.dataset.warn ?? "");
  const at = now();
  const level = at >= due ? "late" : !Number.isNaN(warn) && at >= warn ? "soon" : "good";
  const word = chip.querySelector<HTMLElement>("[data-word]");
  if (word) word.textContent = level === "late" ? words.over(span(at - due)) : words.left(span(due - at));
  if (chip.classList.contains(`clock-${level}`)) return;
  chip.classList.remove("clock-good", "clock-soon", "clock-late");
  chip.classList.add(`clock-${level}`);
  chip.querySelector("use")?.setAttribute("href", `#shape-${SHAPES[level]}`);
}

function tickAll(): void {
  document.querySelectorAll<HTMLElement>("[data-due]").forEach(tick);
  document.querySelectorAll<HTMLElement>("time[data-spoken]").forEach((time) => {
    time.textContent = spoken(Date.parse(time.getAttribute("datetime") ?? ""));
  });
  document.querySelectorAll<HTMLElement>("time[data-ago]").forEach((time) => {
    time.textContent = span(now() - Date.parse(time.getAttribute("datetime") ?? ""));
  });
}

export function startClocks(): void {
  setInterval(tickAll, 15_000);
  document.addEventListener("visibilitychange", () => document.hidden || tickAll());
}
