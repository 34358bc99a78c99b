/** What keys do besides what the browser does with them. */
interface KeyActions {
  readonly search: HTMLInputElement;
  /** Clears the search and the filters. */
  readonly reset: () => void;
}

/** Reacts to keys: `/`, `j` and `k` or the arrows, `Esc`. `Enter` and the space bar are the browser's. */
export function listenToKeys({ search, reset }: KeyActions): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const { target } = event;
    if (target === search) {
      if (event.key === 'Escape' && search.value === '') search.blur();
      else if (event.key === 'Escape') reset();
      else if (event.key === 'ArrowDown' || event.key === 'Enter') move(1);
      else return;
      event.preventDefault();
      return;
    }
    if (event.key === 'Escape') return close(target, reset);
    if (target instanceof HTMLInputElement) return;
    const onSummary = target instanceof HTMLElement && target.tagName === 'SUMMARY';
    if (event.key === '/') {
      search.focus();
      search.select();
    } else if (event.key === 'j' || (event.key === 'ArrowDown' && onSummary)) move(1);
    else if (event.key === 'k' || (event.key === 'ArrowUp' && onSummary)) move(-1);
    else return;
    event.preventDefault();
  });
}

/** Focuses the next or the previous finding, or group of one host. */
function move(by: 1 | -1): void {
  const lines = [...document.querySelectorAll<HTMLElement>('#findings .f > summary, #findings .host > summary')].filter(
    (line) => line.getClientRects().length > 0,
  );
  const { activeElement } = document;
  const within = activeElement?.closest('.f, .host')?.querySelector<HTMLElement>(':scope > summary') ?? undefined;
  const at = within === undefined ? -1 : lines.indexOf(within);
  const next = at === -1 ? 0 : Math.min(lines.length - 1, Math.max(0, at + by));
  lines[next]?.focus();
  lines[next]?.scrollIntoView({ block: 'nearest' });
}

/** Closes what is open around the focus; if nothing is, clears the search and the filters. */
function close(target: EventTarget | null, reset: () => void): void {
  const open = target instanceof Element ? target.closest('details[open]') : null;
  if (!(open instanceof HTMLDetailsElement)) {
    reset();
    return;
  }
  open.open = false;
  open.querySelector<HTMLElement>(':scope > summary')?.focus();
}
