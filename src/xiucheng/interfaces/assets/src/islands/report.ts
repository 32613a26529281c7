// The resident's report: "I'm here", category chips narrowed by what is typed, and the same thing nearby.
import { words } from "../words";

export function report(form: HTMLElement): void {
  const lon = form.querySelector<HTMLInputElement>("[name=lon]");
  const lat = form.querySelector<HTMLInputElement>("[name=lat]");
  const status = form.querySelector<HTMLElement>("[data-place-status]");
  const near = form.querySelector<HTMLElement>("[data-near]");

  type Point = { x: number; y: number };
  type Found = { area?: string; name?: string; text?: string };
  // The point that is being asked about: it counts once the site knows it.
  let pending: Point | null = null;

  function write(point: Point | null): void {
    if (lon) lon.value = point ? point.x.toFixed(6) : "";
    if (lat) lat.value = point ? point.y.toFixed(6) : "";
    const detail = point && { lon: point.x, lat: point.y };
    form.querySelector("[data-map]")?.dispatchEvent(new CustomEvent(point ? "map:pin" : "map:unpin", { detail }));
  }

  /** Takes a point up and says it by the name people know it by; one outside of the district is dropped. */
  async function set(x: number, y: number, text: string): Promise<void> {
    const point = (pending = { x, y });
    if (status) status.textContent = text;
    const { outside, found } = await asked(point);
    if (pending !== point) return;
    pending = null;
    write(outside ? null : point);
    if (status) status.textContent = outside ? (found.text ?? text) : [found.name, text].filter(Boolean).join(" · ");
    if (outside) return;
    choose(found.area);
    near?.dispatchEvent(new Event("look"));
  }

  /** What the site says of a point; where it does not answer, the point stands until it is sent. */
  async function asked({ x, y }: Point): Promise<{ outside: boolean; found: Found }> {
    const body = new URLSearchParams({ lon: x.toFixed(6), lat: y.toFixed(6) });
    body.set("csrfmiddlewaretoken", form.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "");
    try {
      const answer = await fetch(form.dataset.where ?? "", { method: "POST", body, credentials: "same-origin", headers: { Accept: "application/json" } });
      return { outside: answer.status === 422, found: answer.ok || answer.status === 422 ? ((await answer.json()) as Found) : {} };
    } catch {
      return { outside: false, found: {} };
    }
  }

  /** Chooses the community of the point, unless somebody has chosen one. */
  function choose(code: string | undefined): void {
    const area = form.querySelector<HTMLSelectElement>("[name=area]");
    if (!area || !code || (area.value && area.dataset.found !== area.value)) return;
    area.value = code;
    area.dataset.found = code;
  }

  /** Gone back to, or shown again with a refusal, the form still has its point: it is said and marked again. */
  async function recall(): Promise<void> {
    if (!lon?.value || !lat?.value || pending || status?.textContent) return;
    const point = { x: Number(lon.value), y: Number(lat.value) };
    write(point);
    const said = `${point.y.toFixed(5)}, ${point.x.toFixed(5)}`;
    if (status) status.textContent = said;
    const { found } = await asked(point);
    if (status?.textContent === said) status.textContent = [found.name, said].filter(Boolean).join(" · ");
  }
  window.addEventListener("pageshow", () => void recall());
  void recall();

  // Sent before the site has answered: it judges the point itself.
  form.addEventListener("submit", () => {
    if (pending) write(pending);
  });
  form.addEventListener("reset", () => {
    pending = null;
    write(null);
    if (status) status.textContent = "";
  });
  form.querySelector("[data-here]")?.addEventListener("click", () => {
    if (status) status.textContent = words.locating;
    if (!navigator.geolocation) {
      if (status) status.textContent = words.denied;
      return;
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => void set(coords.longitude, coords.latitude, words.accuracy(Math.round(coords.accuracy))),
      () => {
        if (status) status.textContent = words.denied;
      },
      { enableHighAccuracy: true, timeout: 10_000, maximumAge: 60_000 },
    );
  });
  form.addEventListener("map:picked", (event) => {
    const { lon: x, lat: y, name: cell } = (event as CustomEvent).detail;
    void set(x, y, cell ?? `${y.toFixed(5)}, ${x.toFixed(5)}`);
  });
  form.addEventListener("change", (event) => {
    if (["category", "category_all"].includes((event.target as HTMLInputElement).name)) near?.dispatchEvent(new Event("look"));
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
