import { type Filter, matches } from './filter.ts';
import type { Model, PageCard, Variant } from './model.ts';

/** What the findings can be grouped by. */
export type Grouping = 'kind' | 'host' | 'task' | 'step';

/** How many findings a view shows, and of how many. */
interface Shown {
  readonly shown: number;
  readonly all: number;
}

/** Shows the findings that pass a filter, grouped. `sections`: the groups by kind, which the page came with. */
export function viewOf(model: Model, sections: readonly HTMLElement[], cards: HTMLElement) {
  const main = cards.parentElement ?? cards;
  const all = sum(model.cards.map(({ variants }) => variants.length));
  const nothing = textElement('p', 'empty', 'Nothing matches. Esc clears the search and the filters.');
  // Moving thousands of elements takes time: what is grouped already stays where it is, and is only hidden.
  const hosts = textElement('div', '', '');
  hosts.id = 'hosts';
  main.append(hosts);
  let current: { readonly by: Grouping; readonly groups: readonly HTMLElement[] } = { by: 'kind', groups: sections };
  return (by: Grouping, filter: Filter): Shown => {
    const shown = sum(model.cards.map((card) => applied(card, filter)));
    const open = new Set([...hosts.querySelectorAll<HTMLElement>('.host[open]')].map(({ dataset }) => dataset['host']));
    fillInSlices(hosts, by === 'host' ? hostGroups(model, filter, open) : []);
    cards.hidden = by === 'host';
    if (by !== 'host') {
      if (by !== current.by) {
        current = { by, groups: by === 'kind' ? byKind(model, sections) : bySomething(model, by) };
        cards.replaceChildren(...current.groups);
      }
      for (const group of current.groups) countIn(group);
    }
    if (shown === 0) main.append(nothing);
    else nothing.remove();
    return { shown, all };
  };
}

/** How many groups a browser lays out at a time: it answers to the next key in between. */
const SLICE = 60;

let filling: ReturnType<typeof setTimeout> | undefined;

function fillInSlices(box: HTMLElement, groups: readonly HTMLElement[]): void {
  clearTimeout(filling);
  box.replaceChildren(...groups.slice(0, SLICE));
  const more = (from: number): void => {
    if (from >= groups.length) return;
    filling = setTimeout(() => {
      box.append(...groups.slice(from, from + SLICE));
      more(from + SLICE);
    });
  };
  more(SLICE);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** Hides a card, or some of its variants, if the filter does not let them pass. Returns how many findings are shown. */
function applied({ element, kind, text, variants }: PageCard, { words, kinds }: Filter): number {
  const passes = kinds.size === 0 || kinds.has(kind);
  let shown = 0;
  for (const variant of variants) {
    const fits = passes && (words.length === 0 || matches(words, [text(), variant.text(), variant.names()]));
    variant.element.hidden = !fits;
    if (fits) shown += 1;
  }
  element.hidden = shown === 0;
  return shown;
}

function byKind(model: Model, sections: readonly HTMLElement[]): readonly HTMLElement[] {
  for (const section of sections) {
    const kind = section.dataset['k'];
    section.append(...model.cards.filter((card) => card.kind === kind).map(({ element }) => element));
  }
  return sections;
}

function bySomething({ cards }: Model, by: 'task' | 'step'): readonly HTMLElement[] {
  const groups = new Map<string, HTMLElement>();
  const ordered =
    by === 'task' ? cards : [...cards].sort((one, other) => order.compare(one.step || '￿', other.step || '￿'));
  for (const card of ordered) {
    const name = by === 'task' ? card.task : card.step;
    const group = groups.get(name) ?? groupOf(titleOf(name, by));
    group.append(card.element);
    groups.set(name, group);
  }
  return [...groups.values()];
}

const order = new Intl.Collator('en', { numeric: true });

function titleOf(name: string, by: 'task' | 'step'): string {
  if (by === 'task') return name;
  return name === '' ? 'Without a step' : `Step ${name}`;
}

function groupOf(title: string): HTMLElement {
  const section = textElement('section', 'g', '');
  const heading = textElement('h2', '', `${title} `);
  heading.append(textElement('span', 'n', ''));
  section.append(heading);
  return section;
}

function countIn(group: HTMLElement): void {
  const count = group.querySelectorAll('.f > .body > :not(.m, [hidden])').length;
  group.hidden = count === 0;
  const number = group.querySelector('h2 .n');
  if (number !== null) number.textContent = String(count);
}

interface OnHost {
  readonly card: PageCard;
  readonly variant: Variant;
}

/** A group for each host with findings. Its cards are copied when it is opened: a thousand hosts share few cards. */
function hostGroups({ hosts, inOrder, cards }: Model, { words, kinds }: Filter, open: ReadonlySet<string | undefined>) {
  const found: OnHost[][] = hosts.map(() => []);
  for (const card of cards) {
    if (kinds.size > 0 && !kinds.has(card.kind)) continue;
    for (const variant of card.variants)
      for (const host of variant.hosts) {
        const name = hosts[host]?.toLowerCase() ?? '';
        if (matches(words, words.length === 0 ? [] : [card.text(), variant.text(), name]))
          found[host]?.push({ card, variant });
      }
  }
  const few = found.filter((one) => one.length > 0).length <= 3;
  return found.flatMap((onHost, host) =>
    onHost.length === 0
      ? []
      : [hostGroup(hosts[host] ?? '', inOrder[host] ?? 0, onHost, few || open.has(String(host)))].map((group) => {
          group.dataset['host'] = String(host);
          return group;
        }),
  );
}

function hostGroup(name: string, inOrder: number, found: readonly OnHost[], open: boolean): HTMLDetailsElement {
  const group = document.createElement('details');
  group.className = 'host';
  const summary = textElement('summary', '', '');
  summary.append(textElement('b', '', name), ...kindCounts(found), textElement('span', 'quiet', `${inOrder} in order`));
  group.append(summary);
  let filled = false;
  const fill = (): void => {
    if (filled) return;
    filled = true;
    group.append(...found.map(copyOf));
  };
  group.addEventListener('toggle', () => group.open && fill());
  if (open) fill();
  group.open = open;
  return group;
}

function kindCounts(found: readonly OnHost[]): readonly HTMLElement[] {
  const counts = new Map<string, { count: number; badge: Node | undefined }>();
  for (const { card } of found) {
    const badge = card.element.querySelector('summary .k')?.cloneNode(true);
    const known = counts.get(card.kind) ?? { count: 0, badge };
    counts.set(card.kind, { ...known, count: known.count + 1 });
  }
  return [...counts.values()].map(({ count, badge }) => {
    const text = textElement('span', 'kc', '');
    if (badge !== undefined) text.append(badge);
    text.append(` ${count}`);
    return text;
  });
}

/** A card as it is on one host. */
function copyOf({ card, variant }: OnHost): Node {
  const copy = document.createElement('details');
  copy.className = 'f one';
  copy.dataset['k'] = card.kind;
  const [summary, facts] = [card.element.querySelector('summary'), card.element.querySelector('.m')];
  const body = textElement('div', 'body', '');
  const part = variant.element.cloneNode(true);
  if (summary !== null) copy.append(summary.cloneNode(true));
  if (facts !== null) body.append(facts.cloneNode(true));
  if (part instanceof HTMLElement) {
    part.hidden = false;
    if (part instanceof HTMLDetailsElement) part.open = true;
    const [own, head] = [part.querySelector('.w'), copy.querySelector('summary .w')];
    if (own !== null && head !== null) head.textContent = own.textContent;
  }
  body.append(part);
  copy.append(body);
  return copy;
}

/** An element with a class and a text, which is never markup. */
function textElement(name: string, className: string, text: string): HTMLElement {
  const element = document.createElement(name);
  if (className !== '') element.className = className;
  element.textContent = text;
  return element;
}
