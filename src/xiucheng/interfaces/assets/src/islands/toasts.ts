// Short messages at the foot of the page; an undo counts its ten seconds down.
import { now } from "../words";

function region(): HTMLElement {
  return document.getElementById("toasts") ?? document.body;
}

export function say(text: string): void {
  const line = document.createElement("div");
  line.className = "toast-line";
  line.textContent = text;
  region().append(line);
  setTimeout(() => line.remove(), 6000);
}

function countDown(line: HTMLElement): void {
  if (line.dataset.counting) return;
  line.dataset.counting = "1";
  const until = Date.parse(line.dataset.undo ?? "");
  const left = line.querySelector<HTMLElement>(".left");
  const timer = setInterval(step, 250);
  function step(): void {
    const seconds = Math.ceil((until - now()) / 1000);
    if (seconds <= 0 || !line.isConnected) {
      clearInterval(timer);
      line.remove();
    } else if (left) left.textContent = String(seconds);
  }
  step();
}

export function startToasts(): void {
  const start = () => {
    // One message per matter, the newest: an older undo is no longer possible.
    const newest = new Map([...document.querySelectorAll<HTMLElement>(".toast-line[data-about]")].map((line) => [line.dataset.about, line]));
    document.querySelectorAll<HTMLElement>(".toast-line[data-about]").forEach((line) => newest.get(line.dataset.about) === line || line.remove());
    document.querySelectorAll<HTMLElement>(".toast-line[data-undo]").forEach(countDown);
    document.querySelectorAll<HTMLElement>(".toast-line[data-brief]").forEach((line) => {
      line.removeAttribute("data-brief");
      setTimeout(() => line.remove(), 6000);
    });
  };
  start();
  new MutationObserver(start).observe(region(), { childList: true, subtree: true });
}
