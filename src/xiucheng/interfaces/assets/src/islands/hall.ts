// The hall's side pane: which row is selected, and closing it again; the address always says so too.
export function hall(place: HTMLElement): void {
  const pane = place.querySelector<HTMLElement>("#case-pane");
  if (!pane) return;

  function mark(): void {
    const number = new URL(location.href).searchParams.get("case");
    place.querySelectorAll<HTMLElement>("[data-row]").forEach((row) => {
      const link = row.querySelector<HTMLElement>("a[data-open]");
      const here = Boolean(number) && link?.dataset.number === number;
      row.classList.toggle("here", here);
      if (here) link?.setAttribute("aria-current", "true");
      else link?.removeAttribute("aria-current");
    });
  }

  document.addEventListener("htmx:afterSettle", mark);
  place.addEventListener("click", (event) => {
    const close = (event.target as HTMLElement).closest("[data-close-pane]");
    if (!close) return;
    event.preventDefault();
    const number = new URL(location.href).searchParams.get("case");
    const address = new URL(location.href);
    address.searchParams.delete("case");
    history.pushState({}, "", address);
    pane.replaceChildren();
    mark();
    place.querySelector<HTMLElement>(`a[data-number="${CSS.escape(number ?? "")}"]`)?.focus();
  });
}
