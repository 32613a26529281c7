// Light, dark, or as the device says; remembered on this device.
type Choice = "auto" | "light" | "dark";
const KEY = "xc-theme";
const device = matchMedia("(prefers-color-scheme: dark)");

function chosen(): Choice {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "auto";
}

function show(): void {
  const choice = chosen();
  const dark = choice === "dark" || (choice === "auto" && device.matches);
  document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
  document.querySelectorAll<HTMLElement>("[data-theme-choice]").forEach((button) => {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
  });
}

export function startTheme(): void {
  show();
  device.addEventListener("change", show);
  document.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest<HTMLElement>("[data-theme-choice]");
    if (!button) return;
    localStorage.setItem(KEY, button.dataset.themeChoice ?? "auto");
    // The server reads the cookie, so that the next page starts in the right colours.
    document.cookie = `xc_theme=${button.dataset.themeChoice}; path=/; max-age=31536000; samesite=lax`;
    show();
  });
}
