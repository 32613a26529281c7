// Finds an option of a long select by what is typed: the matches as buttons, the first by Enter.
const MOST = 12;

export function finder(place: HTMLElement): void {
  const select = place.querySelector<HTMLSelectElement>("select");
  const input = place.querySelector<HTMLInputElement>("[data-find]");
  const found = place.querySelector<HTMLElement>("[data-found]");
  const none = place.querySelector<HTMLElement>("[data-none]");
  if (!select || !input || !found) return;
  // What the page itself suggests comes back when nothing is typed.
  const suggested = [...found.children];

  function choose(value: string): void {
    select!.value = value;
    select!.dispatchEvent(new Event("change", { bubbles: true }));
    mark();
  }

  function mark(): void {
    found!.querySelectorAll<HTMLElement>("[data-value]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.value === select!.value)));
  }

  function button(option: HTMLOptionElement): HTMLElement {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn btn-small";
    made.dataset.value = option.value;
    made.textContent = option.label;
    return made;
  }

  function look(): void {
    const typed = input!.value.trim().toLowerCase();
    const options = [...select!.options].filter((option) => option.value);
    const fits = typed ? options.filter((option) => option.label.toLowerCase().includes(typed) || option.value.toLowerCase() === typed) : [];
    found!.replaceChildren(...(typed ? fits.slice(0, MOST).map(button) : suggested));
    if (none) none.hidden = !typed || fits.length > 0;
    mark();
  }

  input.addEventListener("input", look);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    const first = found.querySelector<HTMLElement>("[data-value]");
    if (first?.dataset.value) choose(first.dataset.value);
  });
  found.addEventListener("click", (event) => {
    const value = (event.target as HTMLElement).closest<HTMLElement>("[data-value]")?.dataset.value;
    if (value) choose(value);
  });
  select.addEventListener("change", mark);
  mark();
}
