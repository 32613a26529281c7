// MapLibre over the site's own shapes: no tiles, no glyphs and no sprite from elsewhere.
import type * as MapLibre from "maplibre-gl";
import libraryUrl from "maplibre-gl/dist/maplibre-gl-csp.js?url";
import workerUrl from "maplibre-gl/dist/maplibre-gl-csp-worker.js?url";
import "maplibre-gl/dist/maplibre-gl.css";
import { boundsOf, type Shapes } from "./sketch";
import { words } from "./words";

declare global {
  interface Window { maplibregl?: typeof MapLibre }
}

/** The library's own build for strict content policies, loaded as it is: bundling it again would cost seconds of every build. */
function library(): Promise<typeof MapLibre> {
  return new Promise((done, failed) => {
    if (window.maplibregl) return done(window.maplibregl);
    const script = document.createElement("script");
    script.src = libraryUrl;
    script.onload = () => (window.maplibregl ? done(window.maplibregl) : failed(new Error("maplibre")));
    script.onerror = () => failed(new Error("maplibre"));
    document.head.append(script);
  });
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export async function basemap(
  place: HTMLElement,
  shapes: Shapes,
  pin: { lon: number; lat: number } | null,
  picked: ((lon: number, lat: number, name?: string) => void) | null,
  ready: () => void,
): Promise<void> {
  const maplibregl = await library();
  maplibregl.setWorkerUrl(workerUrl);
  const canvas = document.createElement("div");
  canvas.style.cssText = "position:absolute;inset:0";
  place.append(canvas);
  const box = boundsOf(shapes, pin);
  const here = place.dataset.here ?? "";
  const view = new maplibregl.Map({
    container: canvas,
    attributionControl: false,
    cooperativeGestures: false,
    locale: { "Map.Title": words.map, "Marker.Title": words.pin, "NavigationControl.ZoomIn": words.closer, "NavigationControl.ZoomOut": words.wider },
    bounds: box ? [[box[0], box[1]], [box[2], box[3]]] : undefined,
    fitBoundsOptions: { padding: 12 },
    style: {
      version: 8,
      sources: { cells: { type: "geojson", data: shapes as never } },
      layers: [
        { id: "ground", type: "background", paint: { "background-color": colour("--ground-2") } },
        { id: "cells", type: "fill", source: "cells", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": ["case", ["==", ["get", "code"], here], colour("--accent-weak"), colour("--ground")] } },
        { id: "edges", type: "line", source: "cells", paint: { "line-color": ["case", ["==", ["get", "code"], here], colour("--accent"), colour("--rule-2")], "line-width": ["case", ["==", ["get", "code"], here], 2, 1] } },
        { id: "faults", type: "fill", source: "cells", filter: ["all", ["==", ["get", "layer"], "fault"], ["==", ["geometry-type"], "Polygon"]], paint: { "fill-color": colour("--late"), "fill-opacity": 0.45 } },
        { id: "fault-edges", type: "line", source: "cells", filter: ["==", ["get", "layer"], "fault"], paint: { "line-color": colour("--late"), "line-width": 2 } },
        { id: "spots", type: "circle", source: "cells", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 3, "circle-color": ["case", ["==", ["get", "layer"], "fault"], colour("--late"), colour("--accent")], "circle-stroke-width": 1, "circle-stroke-color": colour("--ground") } },
        { id: "names", type: "symbol", source: "cells", filter: ["==", ["geometry-type"], "Polygon"], layout: { "text-field": ["get", "name"], "text-size": 12, "text-font": ["sans-serif"] }, paint: { "text-color": colour("--ink-2"), "text-halo-color": colour("--ground"), "text-halo-width": 1.5 } },
      ],
    },
  });
  view.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  // The library moves the outer element; the drop inside is turned by the style sheet.
  const mark = document.createElement("div");
  const drop = document.createElement("i");
  drop.className = "map-pin";
  mark.append(drop);
  mark.setAttribute("aria-label", words.pin);
  const marker = new maplibregl.Marker({ element: mark, anchor: "bottom" });
  const setPin = ({ lon, lat }: { lon: number; lat: number }) => marker.setLngLat([lon, lat]).addTo(view);
  if (pin) {
    setPin(pin);
    view.jumpTo({ center: [pin.lon, pin.lat], zoom: Math.max(view.getZoom(), 14.5) });
  }
  place.addEventListener("map:pin", (event) => {
    const detail = (event as CustomEvent<{ lon: number; lat: number }>).detail;
    setPin(detail);
    view.easeTo({ center: [detail.lon, detail.lat], zoom: Math.max(view.getZoom(), 15) });
  });
  place.addEventListener("map:unpin", () => marker.remove());
  if (picked) {
    view.getCanvas().style.cursor = "crosshair";
    view.on("click", (event) => {
      const { lng, lat } = event.lngLat;
      setPin({ lon: lng, lat });
      const cell = view.queryRenderedFeatures(event.point, { layers: ["cells"] })[0];
      picked(lng, lat, cell?.properties?.name as string | undefined);
    });
  }
  view.once("load", ready);
  view.on("error", (event) => console.warn("map:", event.error?.message));
}
