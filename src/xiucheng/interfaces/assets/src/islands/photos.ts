// Picks pictures, shows them, and makes them smaller before they travel; the facts of the camera travel along.
import { shrink } from "../pictures";
import { words } from "../words";

export function photos(place: HTMLElement): void {
  const found = place.querySelector<HTMLInputElement>("input[type=file]");
  const note = place.querySelector<HTMLElement>("[data-note]");
  const most = Number(place.dataset.photos || 4);
  if (!found) return;
  const input = found;
  const add = input.closest<HTMLElement>(".add");
  let kept: File[] = [];

  function show(): void {
    place.querySelectorAll(".shot").forEach((shot) => {
      const image = shot.querySelector("img");
      if (image) URL.revokeObjectURL(image.src);
      shot.remove();
    });
    kept.forEach((file, index) => add?.before(shot(file, index)));
    if (add) add.hidden = kept.length >= most;
    const bag = new DataTransfer();
    kept.forEach((file) => bag.items.add(file));
    input.files = bag.files;
    place.dispatchEvent(new CustomEvent("photos:changed", { bubbles: true, detail: kept.length }));
  }

  function shot(file: File, index: number): HTMLElement {
    const box = document.createElement("div");
    box.className = "shot";
    const image = document.createElement("img");
    image.src = URL.createObjectURL(file);
    image.alt = file.name;
    const size = document.createElement("span");
    size.className = "size";
    size.textContent = `${Math.max(1, Math.round(file.size / 1024))} KB`;
    const remove = document.createElement("button");
    remove.type = "button";
    remove.setAttribute("aria-label", `${words.remove} ${file.name}`);
    remove.textContent = "✕";
    remove.addEventListener("click", () => {
      kept.splice(index, 1);
      show();
      if (note) note.textContent = words.removed;
      input.focus();
    });
    box.append(image, size, remove);
    return box;
  }

  input.addEventListener("change", async () => {
    const chosen = [...(input.files ?? [])].filter((file) => !kept.includes(file));
    if (note) note.textContent = words.preparing;
    let trouble = "";
    for (const file of chosen.slice(0, most - kept.length)) {
      if (!file.type.startsWith("image/")) {
        trouble = words.notPicture;
        continue;
      }
      kept.push(await shrink(file, Number(place.dataset.edge || 2048)));
    }
    if (note) note.textContent = trouble;
    show();
  });
}
