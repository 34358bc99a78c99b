import { searchedWords } from './filter.ts';
import { listenToKeys } from './keys.ts';
import { readPage } from './model.ts';
import { type Grouping, viewOf } from './views.ts';

const tools = document.querySelector<HTMLFormElement>('form.tools');
const searchField = document.querySelector<HTMLInputElement>('#q');
const cards = document.getElementById('cards');
function start(form: HTMLFormElement, query: HTMLInputElement, box: HTMLElement): void {
  const sections = [...box.querySelectorAll<HTMLElement>(':scope > .g')];
  const show = viewOf(readPage(), sections, box);
  const toggles = [...form.querySelectorAll<HTMLButtonElement>('button[data-kind]')];
  const radios = [...form.querySelectorAll<HTMLInputElement>('input[name=group]')];
  const status = document.getElementById('status');
  const all = document.getElementById('all');

  const update = (): void => {
    const pressed = toggles.filter((toggle) => toggle.getAttribute('aria-pressed') === 'true');
    const kinds = new Set(pressed.map(({ dataset }) => dataset['kind'] ?? ''));
    const by = groupingOf(radios.find(({ checked }) => checked)?.value);
    const { shown, all: count } = show(by, { words: searchedWords(query.value), kinds });
    if (status !== null) status.textContent = shown === count ? told(count) : `${shown} of ${told(count)}`;
    label();
  };
  const reset = (): void => {
    query.value = '';
    for (const toggle of toggles) toggle.setAttribute('aria-pressed', 'false');
    update();
  };
  const openable = (): readonly HTMLDetailsElement[] =>
    [...document.querySelectorAll<HTMLDetailsElement>('#findings > :not([hidden]) :is(.host, .f)')].filter(
      ({ hidden }) => !hidden,
    );
  const label = (): void => {
    if (all !== null) all.textContent = openable().some(({ open }) => open) ? 'Close all' : 'Open all';
  };

  form.hidden = false;
  for (const keys of document.querySelectorAll<HTMLElement>('.keys')) keys.hidden = false;
  form.addEventListener('submit', (event) => event.preventDefault());
  query.addEventListener('input', update);
  for (const radio of radios) radio.addEventListener('change', update);
  for (const toggle of toggles)
    toggle.addEventListener('click', () => {
      toggle.setAttribute('aria-pressed', String(toggle.getAttribute('aria-pressed') !== 'true'));
      update();
    });
  all?.addEventListener('click', () => {
    const open = !openable().some((one) => one.open);
    for (const one of openable()) one.open = open;
    label();
  });
  // Opening all of a long page would count all of them each time.
  let waiting = false;
  box.parentElement?.addEventListener(
    'toggle',
    ({ target }) => {
      // A long line is read with the arrow keys.
      if (target instanceof Element) for (const diff of target.querySelectorAll('pre')) diff.tabIndex = 0;
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        label();
      });
    },
    true,
  );
  listenToKeys({ search: query, reset });
  // A browser keeps the fields of a page that is loaded again.
  update();
  window.addEventListener('hashchange', openLinked);
  document.documentElement.dataset['ready'] = '';
}

const told = (count: number): string => (count === 1 ? '1 finding' : `${count} findings`);

const groupingOf = (value: string | undefined): Grouping =>
  value === 'host' || value === 'task' || value === 'step' ? value : 'kind';

/** Opens the finding that a link leads to. */
function openLinked(): void {
  const linked = document.getElementById(location.hash.slice(1));
  if (!(linked instanceof HTMLDetailsElement)) return;
  linked.open = true;
  linked.querySelector('summary')?.focus();
  linked.scrollIntoView({ block: 'start' });
}

/** Everything is open on paper; afterwards as before. */
const opened: HTMLDetailsElement[] = [];
window.addEventListener('beforeprint', () => {
  for (const one of document.querySelectorAll<HTMLDetailsElement>('details:not([open])')) {
    one.open = true;
    // The browser tells it later, but a group of one host is filled when it is told.
    one.dispatchEvent(new Event('toggle'));
    opened.push(one);
  }
});
window.addEventListener('afterprint', () => {
  for (const one of opened.splice(0)) one.open = false;
});

if (tools !== null && searchField !== null && cards !== null) start(tools, searchField, cards);
openLinked();
