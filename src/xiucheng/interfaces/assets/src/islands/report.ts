// The resident's report: "I'm here", category chips narrowed by what is typed, and the same thing nearby.
import { words } from "../words";

export function report(form: HTMLElement): void {
  const lon = form.querySelector<HTMLInputElement>("[name=lon]");
  const lat = form.querySelector<HTMLInputElement>("[name=lat]");
  const status = form.querySelector<HTMLElement>("[data-place-status]");
  const near = form.querySelector<HTMLElement>("[data-near]");

  function set(x: number, y: number, text: string): void {
    if (lon) lon.value = x.toFixed(6);
    if (lat) lat.value = y.toFixed(6);
    if (status) status.textContent = text;
    void name(x, y, text);
    form.dispatchEvent(new CustomEvent("report:place", { detail: { lon: x, lat: y } }));
    form.querySelector("[data-map]")?.dispatchEvent(new CustomEvent("map:pin", { detail: { lon: x, lat: y } }));
    near?.dispatchEvent(new Event("look"));
  }

  /** Says the point by the name people know it by, and chooses that community unless somebody has chosen one. */
  async function name(x: number, y: number, text: string): Promise<void> {
    const asked = new URLSearchParams({ lon: x.toFixed(6), lat: y.toFixed(6) });
    asked.set("csrfmiddlewaretoken", form.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "");
    const answer = await fetch(form.dataset.where ?? "", { method: "POST", body: asked, credentials: "same-origin", headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer || lon?.value !== x.toFixed(6) || lat?.value !== y.toFixed(6)) return;
    const found = (await answer.json()) as { area?: string; name?: string; text?: string };
    if (status) status.textContent = answer.ok ? [found.name, text].filter(Boolean).join(" · ") : (found.text ?? text);
    const area = form.querySelector<HTMLSelectElement>("#area");
    if (area && found.area && (!area.value || area.dataset.found === area.value)) {
      area.value = found.area;
      area.dataset.found = found.area;
    }
  }

  form.querySelector("[data-here]")?.addEventListener("click", () => {
    if (status) status.textContent = words.locating;
    if (!navigator.geolocation) {
      if (status) status.textContent = words.denied;
      return;
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => set(coords.longitude, coords.latitude, words.accuracy(Math.round(coords.accuracy))),
      () => {
        if (status) status.textContent = words.denied;
      },
      { enableHighAccuracy: true, timeout: 10_000, maximumAge: 60_000 },
    );
  });
  form.addEventListener("map:picked", (event) => {
    const { lon: x, lat: y, name: cell } = (event as CustomEvent).detail;
    set(x, y, cell ?? `${y.toFixed(5)}, ${x.toFixed(5)}`);
  });
  form.addEventListener("change", (event) => {
    if ((event.target as HTMLInputElement).name === "category") near?.dispatchEvent(new Event("look"));
  });
  // Chips follow the words only while nobody is choosing: what a person has tapped, or is about to, stays where it is.
  const chips = form.querySelector<HTMLElement>("#chips");
  const inUse = () => Boolean(chips?.querySelector("input:checked")) || Boolean(chips?.contains(document.activeElement)) || Boolean(chips?.matches(":hover")) || touched;
  let touched = false;
  chips?.addEventListener("pointerdown", () => (touched = true));
  document.addEventListener("pointerup", () => setTimeout(() => (touched = false), 400));
  document.addEventListener("htmx:beforeSwap", (event) => {
    const detail = (event as CustomEvent).detail;
    if (detail.target === chips && inUse()) detail.shouldSwap = false;
  });
  // The question "is it this one?" comes into view above the fixed button.
  near?.addEventListener("htmx:afterSwap", () => near.firstElementChild?.scrollIntoView({ block: "nearest", behavior: "smooth" }));
}
