// Light, dark, or as the device says; remembered on this device.
import { device } from "../keeping";

type Choice = "auto" | "light" | "dark";
const KEY = "xc-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

function chosen(): Choice {
  const kept = device.get(KEY);
  return kept === "light" || kept === "dark" ? kept : "auto";
}

function show(): void {
  const choice = chosen();
  const isDark = choice === "dark" || (choice === "auto" && dark.matches);
  document.documentElement.dataset.bsTheme = isDark ? "dark" : "light";
  document.querySelectorAll<HTMLElement>("[data-theme-choice]").forEach((button) => {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
  });
}

export function startTheme(): void {
  show();
  dark.addEventListener("change", show);
  document.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest<HTMLElement>("[data-theme-choice]");
    if (!button) return;
    device.set(KEY, button.dataset.themeChoice ?? "auto");
    // The server reads the cookie, so that the next page starts in the right colours.
    document.cookie = `xc_theme=${button.dataset.themeChoice}; path=/; max-age=31536000; samesite=lax`;
    show();
  });
}
