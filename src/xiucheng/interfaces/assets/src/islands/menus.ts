// Closes open menus on Escape or a click elsewhere, and gives the focus back; the bar shows as many entries as it has
// room for, and the menu of all of them beside it where that is not all.
export function startMenus(): void {
  document.addEventListener("click", (event) => {
    document.querySelectorAll<HTMLDetailsElement>("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target as Node)) menu.open = false;
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll<HTMLDetailsElement>("details.menu[open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    });
  });
  const bar = document.querySelector<HTMLElement>(".bar");
  const nav = bar?.querySelector<HTMLElement>(".nav");
  if (bar && nav) new ResizeObserver(() => fit(bar, nav)).observe(bar);
}

function fit(bar: HTMLElement, nav: HTMLElement): void {
  const entries = [...nav.querySelectorAll<HTMLElement>("a")];
  entries.forEach((entry) => (entry.hidden = false));
  bar.classList.remove("is-crowded");
  if (nav.scrollWidth <= nav.clientWidth) return;
  bar.classList.add("is-crowded");
  for (const entry of entries.reverse()) {
    if (nav.scrollWidth <= nav.clientWidth) return;
    entry.hidden = !entry.hasAttribute("aria-current");
  }
}
