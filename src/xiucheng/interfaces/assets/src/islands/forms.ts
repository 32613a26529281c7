// Small courtesies of forms: sent once only, filters that apply themselves, fields that depend on another.
export function startForms(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.method !== "post" || event.defaultPrevented || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    form.querySelectorAll<HTMLButtonElement>("button[type=submit]").forEach((button) => button.setAttribute("aria-disabled", "true"));
    document.documentElement.classList.add("is-waiting");
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll<HTMLFormElement>("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
    });
    document.documentElement.classList.remove("is-waiting");
  });
  document.addEventListener("change", (event) => {
    const field = event.target as HTMLElement;
    const form = field.closest<HTMLFormElement>("form[data-auto]");
    if (form) form.requestSubmit();
    showDependents(field);
  });
  document.querySelectorAll<HTMLElement>("[data-shows]").forEach(showDependents);
  document.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest<HTMLElement>("[data-copy]");
    if (button) void navigator.clipboard?.writeText(button.dataset.copy ?? "").then(() => button.setAttribute("aria-pressed", "true"));
    if ((event.target as HTMLElement).closest("[data-print]")) window.print();
  });
}

/** `data-shows="#id"` on a select or checkbox: the block with that id is shown for options marked `data-show`. */
function showDependents(field: HTMLElement): void {
  const selector = field.dataset.shows;
  if (!selector) return;
  const option = field instanceof HTMLSelectElement ? field.selectedOptions[0] : undefined;
  const on = option ? option.hasAttribute("data-show") : (field as HTMLInputElement).checked;
  document.querySelectorAll<HTMLElement>(selector).forEach((block) => (block.hidden = !on));
}
