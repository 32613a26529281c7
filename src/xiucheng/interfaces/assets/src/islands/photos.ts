// Picks pictures, shows them, and makes them smaller before they travel; the facts of the camera travel along.
import { isHeic, shrink } from "../pictures";
import { words } from "../words";

export function photos(place: HTMLElement): void {
  const found = place.querySelector<HTMLInputElement>("input[type=file]");
  const note = place.querySelector<HTMLElement>("[data-note]");
  // Pictures that were received with an earlier try are shown by the page; each can be taken out.
  const received = () => place.querySelectorAll(".shot[data-received]").length;
  const most = () => Number(place.dataset.photos || 4) - received();
  if (!found) return;
  const input = found;
  const add = input.closest<HTMLElement>(".add");
  let kept: File[] = [];

  function show(): void {
    place.querySelectorAll(".shot:not([data-received])").forEach((shot) => {
      const image = shot.querySelector("img");
      if (image) URL.revokeObjectURL(image.src);
      shot.remove();
    });
    kept.forEach((file, index) => add?.before(shot(file, index)));
    if (add) add.hidden = kept.length >= most();
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

  place.addEventListener("click", (event) => {
    const box = (event.target as HTMLElement).closest("[data-remove]")?.closest(".shot");
    if (!box) return;
    box.remove();
    show();
    if (note) note.textContent = words.removed;
    input.focus();
  });

  /** What was left out stays said until other pictures are chosen, and goes along with the form. */
  function tell(trouble: string, leftOut: number): void {
    if (note) {
      note.textContent = trouble;
      note.classList.toggle("trouble", trouble !== "");
    }
    const count = input.form?.querySelector<HTMLInputElement>("[name=left_out]");
    if (count) count.value = String(leftOut);
  }

  async function take(): Promise<void> {
    const chosen = [...(input.files ?? [])].filter((file) => !kept.includes(file));
    if (note) note.textContent = words.preparing;
    let trouble = "";
    let leftOut = 0;
    for (const file of chosen) {
      if (kept.length >= most()) trouble = words.tooMany(Number(place.dataset.photos || 4));
      else if (!(await opens(file))) {
        trouble = (await isHeic(file)) ? words.heic(file.name) : words.unreadable(file.name);
        leftOut += 1;
      } else kept.push(await shrink(file, Number(place.dataset.edge || 2048)));
    }
    tell(trouble, leftOut);
    show();
  }

  // A browser that goes back to the page puts the chosen pictures back into the field: nothing is sent unseen.
  let taking: Promise<void> | null = null;
  function restored(): void {
    if (kept.length || taking || !input.files?.length) return;
    taking = take().finally(() => (taking = null));
  }

  input.addEventListener("change", () => void take());
  input.form?.addEventListener("reset", () => {
    kept = [];
    show();
  });
  window.addEventListener("pageshow", restored);
  restored();
}

/** Can the browser show it? What it cannot is no picture that anybody at the desk could look at. */
async function opens(file: File): Promise<boolean> {
  try {
    (await createImageBitmap(file)).close();
    return true;
  } catch {
    return false;
  }
}
