// Who is responsible here: a click on the map fills the form's point and asks anew; a name typed lets the point go.

export function here(form: HTMLFormElement): void {
  const lon = form.querySelector<HTMLInputElement>("[name=lon]");
  const lat = form.querySelector<HTMLInputElement>("[name=lat]");
  const area = form.querySelector<HTMLInputElement>("[name=area]");
  if (!lon || !lat || !area) return;
  document.addEventListener("map:picked", (event) => {
    const at = (event as CustomEvent<{ lon: number; lat: number }>).detail;
    lon.value = at.lon.toFixed(6);
    lat.value = at.lat.toFixed(6);
    // On a map without outlines the name typed still says which community the point lies in.
    form.requestSubmit();
  });
  area.addEventListener("input", () => {
    lon.value = "";
    lat.value = "";
  });
  form.querySelector("select")?.addEventListener("change", () => {
    if (area.value || lon.value) form.requestSubmit();
  });
}
