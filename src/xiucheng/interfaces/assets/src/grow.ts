// Starts an island once for every element that matches, now and after each htmx swap.
type Starter = (place: HTMLElement) => void | Promise<void>;

const kinds: { selector: string; start: Starter; grown: WeakSet<Element> }[] = [];

function sow(root: ParentNode): void {
  for (const { selector, start, grown } of kinds) {
    const places = [...root.querySelectorAll<HTMLElement>(selector)];
    if (root instanceof HTMLElement && root.matches(selector)) places.push(root);
    for (const place of places) {
      if (grown.has(place)) continue;
      grown.add(place);
      Promise.resolve(start(place)).catch((error) => console.error(`island ${selector}:`, error));
    }
  }
}

export function grow(selector: string, start: Starter): void {
  kinds.push({ selector, start, grown: new WeakSet() });
  sow(document);
}

document.addEventListener("htmx:load", (event) => sow(event.target as HTMLElement));
