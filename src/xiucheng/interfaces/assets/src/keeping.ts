// What the browser keeps for a page. Where it may not keep anything, or is full, only that is lost: the page goes on.

function guarded<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    return otherwise;
  }
}

function shelf(which: () => Storage) {
  return {
    get: (key: string): string | null => guarded(() => which().getItem(key), null),
    set: (key: string, value: string): void => guarded(() => which().setItem(key, value), undefined),
    remove: (key: string): void => guarded(() => which().removeItem(key), undefined),
    keys: (): string[] => guarded(() => Object.keys(which()), []),
  };
}

/** Until somebody clears it. Only to ask for the storage may be refused, so it is asked for each time. */
export const device = shelf(() => window.localStorage);

/** Until this tab is closed. */
export const tab = shelf(() => window.sessionStorage);
