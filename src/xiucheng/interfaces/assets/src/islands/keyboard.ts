// The desk by keyboard: / search, j k move, Enter open, e act, g then a letter to go, ? shows all.
function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-row]:not(.gone)")];
}

function link(row: HTMLElement | undefined): HTMLAnchorElement | null {
  return row?.querySelector<HTMLAnchorElement>("a[data-open]") ?? null;
}

function move(step: number): void {
  const list = rows();
  const at = list.findIndex((row) => row.contains(document.activeElement));
  const from = at >= 0 ? at : list.findIndex((row) => row.classList.contains("here"));
  const next = link(list[Math.min(list.length - 1, Math.max(0, from + step))] ?? list[0]);
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function open(): boolean {
  const row = rows().find((one) => one.contains(document.activeElement));
  const target = link(row);
  if (!target || document.activeElement === target) return false;
  target.click();
  return true;
}

const ACTIONS: Record<string, (event: KeyboardEvent) => boolean | void> = {
  "/": () => {
    const box = document.querySelector<HTMLInputElement>("[data-search]");
    box?.focus();
    box?.select();
    return Boolean(box);
  },
  j: () => move(1),
  k: () => move(-1),
  Enter: () => open(),
  e: () => {
    const act = document.querySelector<HTMLElement>("[data-act]");
    act?.focus();
    return Boolean(act);
  },
  o: () => {
    const full = document.querySelector<HTMLElement>("[data-full]");
    full?.click();
    return Boolean(full);
  },
  n: () => {
    const fresh = document.querySelector<HTMLElement>("[data-fresh]:not([hidden])");
    fresh?.click();
    return Boolean(fresh);
  },
  "?": () => document.querySelector<HTMLDialogElement>("#keys")?.showModal(),
};

/** Out of the open form, or of the pane beside the list; focused, so that the focus finds its way back from there. */
function leave(): void {
  const way = document.querySelector<HTMLElement>("[data-cancel]") ?? document.querySelector<HTMLElement>("[data-close-pane]");
  way?.focus();
  way?.click();
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

export function startKeyboard(): void {
  let going = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape" && typing(event.target)) (event.target as HTMLElement).blur();
    else if (event.key === "Escape") leave();
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "g") {
      going = Date.now();
      return;
    }
    if (going && Date.now() - going < 1500) {
      going = 0;
      const target = document.querySelector<HTMLAnchorElement>(`a[data-go="${CSS.escape(event.key)}"]`);
      if (target) {
        event.preventDefault();
        target.click();
      }
      return;
    }
    const action = ACTIONS[event.key];
    if (action && action(event) !== false) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const opener = (event.target as HTMLElement).closest<HTMLElement>("[data-dialog]");
    if (opener) document.querySelector<HTMLDialogElement>(opener.dataset.dialog ?? "")?.showModal();
    if ((event.target as HTMLElement).closest("[data-close]")) (event.target as HTMLElement).closest("dialog")?.close();
  });
}
