// A map from the site's own shapes. The sketch (SVG) is there at once; MapLibre replaces it where there is WebGL.
import { draw, type Shapes } from "../sketch";
import { words } from "../words";

type Pin = { lon: number; lat: number };

function webgl(): boolean {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl2"));
  } catch {
    return false;
  }
}

function pinOf(place: HTMLElement): Pin | null {
  const lon = Number.parseFloat(place.dataset.lon ?? "");
  const lat = Number.parseFloat(place.dataset.lat ?? "");
  return Number.isFinite(lon) && Number.isFinite(lat) ? { lon, lat } : null;
}

export async function map(place: HTMLElement): Promise<void> {
  await visible(place);
  const answer = await fetch(place.dataset.map ?? "", { credentials: "same-origin" });
  if (!answer.ok) return;
  const shapes = (await answer.json()) as Shapes;
  if (!shapes.features.length && !pinOf(place)) {
    // A site without any polygon has nothing to point at: names and words do.
    (place.closest("details") ?? place).remove();
    return;
  }
  const pick = place.dataset.pick !== undefined;
  const tell = (lon: number, lat: number, name?: string) =>
    place.dispatchEvent(new CustomEvent("map:picked", { bubbles: true, detail: { lon, lat, name } }));
  place.querySelector("[data-fallback]")?.remove();
  const sketch = draw(place, shapes, pinOf(place), pick ? tell : null);
  place.addEventListener("map:pin", (event) => sketch.pin((event as CustomEvent<Pin>).detail));
  place.addEventListener("map:unpin", () => sketch.unpin());
  if (!webgl()) {
    const note = document.createElement("span");
    note.className = "note";
    note.textContent = words.noMap;
    place.append(note);
    return;
  }
  const { basemap } = await import("../basemap");
  await basemap(place, shapes, pinOf(place), pick ? tell : null, () => sketch.remove());
}

function visible(place: HTMLElement): Promise<void> {
  return new Promise((done) => {
    const watch = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watch.disconnect();
      done();
    }, { rootMargin: "200px" });
    watch.observe(place);
  });
}
