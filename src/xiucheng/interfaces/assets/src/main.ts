// The one entry of every page: styles, htmx, and the islands that the page asks for by `data-…` attributes.
import "./styles/tabler.scss";
import "./styles/tokens.scss";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/desk.css";
import "./styles/phone.css";
import "./styles/print.css";

import { startClocks } from "./islands/clocks";
import { startDrafts } from "./islands/drafts";
import { startForms } from "./islands/forms";
import { startHtmx } from "./islands/exchange";
import { startKeyboard } from "./islands/keyboard";
import { startMenus } from "./islands/menus";
import { startTheme } from "./islands/theme";
import { startToasts } from "./islands/toasts";
import { grow } from "./grow";

document.documentElement.classList.add("has-js");
startTheme();
startHtmx();
startMenus();
startClocks();
startDrafts();
startForms();
startToasts();
startKeyboard();

// Heavier islands come only where a page has a place for them.
grow("[data-live]", async (place) => (await import("./islands/live")).live(place));
grow("[data-hall]", async (place) => (await import("./islands/hall")).hall(place));
grow("[data-photos]", async (place) => (await import("./islands/photos")).photos(place));
grow("[data-map]", async (place) => (await import("./islands/map")).map(place));
grow("[data-drawing]", async (place) => (await import("./islands/drawing")).drawing(place));
grow("[data-report]", async (place) => (await import("./islands/report")).report(place));
grow("[data-here-form]", async (form) => (await import("./islands/here")).here(form as HTMLFormElement));
grow("[data-finder]", async (place) => (await import("./islands/finder")).finder(place));
grow("[data-compare]", async (place) => (await import("./islands/compare")).compare(place));
