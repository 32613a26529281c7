// The resident's report: "I'm here", category chips narrowed by what is typed, and the same thing nearby.
import { now, words } from "../words";

export function report(form: HTMLElement): void {
  const lon = form.querySelector<HTMLInputElement>("[name=lon]");
  const lat = form.querySelector<HTMLInputElement>("[name=lat]");
  const status = form.querySelector<HTMLElement>("[data-place-status]");
  const near = form.querySelector<HTMLElement>("[data-near]");

  function set(x: number, y: number, text: string): void {
    if (lon) lon.value = x.toFixed(6);
    if (lat) lat.value = y.toFixed(6);
    if (status) status.textContent = text;
    form.dispatchEvent(new CustomEvent("report:place", { detail: { lon: x, lat: y } }));
    form.querySelector("[data-map]")?.dispatchEvent(new CustomEvent("map:pin", { detail: { lon: x, lat: y } }));
    near?.dispatchEvent(new Event("look"));
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
    const { lon: x, lat: y, name } = (event as CustomEvent).detail;
    set(x, y, name ?? `${y.toFixed(5)}, ${x.toFixed(5)}`);
  });
  form.addEventListener("change", (event) => {
    if ((event.target as HTMLInputElement).name === "category") near?.dispatchEvent(new Event("look"));
  });
  const started = form.querySelector<HTMLInputElement>("[name=started]");
  if (started && !started.value) started.value = String(Math.floor(now() / 1000));
}
