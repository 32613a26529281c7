// The slider between a picture before and one after.
export function compare(place: HTMLElement): void {
  const range = place.querySelector<HTMLInputElement>("input[type=range]");
  const show = () => place.style.setProperty("--cut", `${range?.value ?? 50}%`);
  range?.addEventListener("input", show);
  show();
}
