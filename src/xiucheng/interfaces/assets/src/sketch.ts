// Draws GeoJSON polygons and a pin as SVG, true to scale at the district's latitude.
type Ring = [number, number][];
export type Shapes = {
  type: "FeatureCollection";
  features: { type: "Feature"; geometry: { type: string; coordinates: unknown } | null; properties: { code: string; name: string; layer?: string } }[];
};

const SVG = "http://www.w3.org/2000/svg";

export type Corner = [number, number];

/** Points of a point feature; empty for areas. */
export function pointsOf(geometry: { type: string; coordinates: unknown } | null): Corner[] {
  if (geometry?.type === "Point") return [geometry.coordinates as Corner];
  if (geometry?.type === "MultiPoint") return geometry.coordinates as Corner[];
  return [];
}

export function ringsOf(geometry: { type: string; coordinates: unknown } | null): Ring[] {
  if (geometry?.type === "Polygon") return geometry.coordinates as Ring[];
  if (geometry?.type === "MultiPolygon") return (geometry.coordinates as Ring[][]).flat();
  return [];
}

export function boundsOf(shapes: Shapes, pin: { lon: number; lat: number } | null): [number, number, number, number] | null {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  const take = (x: number, y: number) => {
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  };
  shapes.features.forEach((feature) => {
    ringsOf(feature.geometry).forEach((ring) => ring.forEach(([x, y]) => take(x, y)));
    pointsOf(feature.geometry).forEach(([x, y]) => take(x, y));
  });
  if (pin) {
    take(pin.lon - 0.002, pin.lat - 0.0015);
    take(pin.lon + 0.002, pin.lat + 0.0015);
  }
  return Number.isFinite(box[0]) ? box : null;
}

export function draw(place: HTMLElement, shapes: Shapes, pin: { lon: number; lat: number } | null, picked: ((lon: number, lat: number, name?: string) => void) | null) {
  const svg = document.createElementNS(SVG, "svg");
  const box = boundsOf(shapes, pin);
  svg.classList.add("drawn");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", place.getAttribute("aria-label") ?? "");
  if (!box) return { pin: () => undefined, unpin: () => undefined, remove: () => undefined };
  const squeeze = Math.cos((((box[1] + box[3]) / 2) * Math.PI) / 180);
  const toX = (lon: number) => (lon - box[0]) * squeeze * 1e5;
  const toY = (lat: number) => (box[3] - lat) * 1e5;
  const width = toX(box[2]);
  const height = toY(box[1]);
  const pad = Math.max(width, height) * 0.04;
  svg.setAttribute("viewBox", `${-pad} ${-pad} ${width + 2 * pad} ${height + 2 * pad}`);
  for (const feature of shapes.features) {
    const points = pointsOf(feature.geometry);
    if (points.length) {
      points.forEach(([x, y]) => {
        const spot = document.createElementNS(SVG, "circle");
        spot.setAttribute("class", feature.properties.layer === "fault" ? "spot fault" : "spot");
        spot.setAttribute("cx", String(toX(x)));
        spot.setAttribute("cy", String(toY(y)));
        spot.setAttribute("r", String(Math.max(width, height) * 0.004));
        svg.append(spot);
      });
      continue;
    }
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", ringsOf(feature.geometry).map((ring) => `M${ring.map(([x, y]) => `${toX(x).toFixed(1)} ${toY(y).toFixed(1)}`).join("L")}Z`).join(""));
    const layer = feature.properties.layer ?? "";
    path.setAttribute("class", feature.properties.code === place.dataset.here ? "cell here" : `cell ${layer}`.trim());
    const title = document.createElementNS(SVG, "title");
    title.textContent = feature.properties.name;
    path.append(title);
    if (picked) path.dataset.name = feature.properties.name;
    svg.append(path);
  }
  const dot = document.createElementNS(SVG, "circle");
  dot.setAttribute("class", "pin");
  dot.setAttribute("r", String(Math.max(width, height) * 0.018));
  dot.setAttribute("visibility", "hidden");
  svg.append(dot);
  const setPin = ({ lon, lat }: { lon: number; lat: number }) => {
    dot.setAttribute("cx", String(toX(lon)));
    dot.setAttribute("cy", String(toY(lat)));
    dot.setAttribute("visibility", "visible");
  };
  if (pin) setPin(pin);
  if (picked) {
    svg.addEventListener("click", (event) => {
      const matrix = svg.getScreenCTM();
      if (!matrix) return;
      const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
      const lon = box[0] + point.x / squeeze / 1e5;
      const lat = box[3] - point.y / 1e5;
      setPin({ lon, lat });
      picked(lon, lat, (event.target as SVGElement).dataset?.name);
    });
  }
  place.append(svg);
  return { pin: setPin, unpin: () => dot.setAttribute("visibility", "hidden"), remove: () => svg.remove() };
}
