/** One of the ways in which a task's hosts differ from its declaration. */
export interface Variant {
  readonly element: HTMLElement;
  readonly hosts: readonly number[];
  /** What it says, in lower case, without the names of its hosts. */
  readonly text: () => string;
  /** The names of its hosts, in lower case. */
  readonly names: () => string;
}

/** A card of the page. */
export interface PageCard {
  readonly element: HTMLDetailsElement;
  readonly kind: string;
  readonly task: string;
  readonly step: string;
  readonly variants: readonly Variant[];
  readonly text: () => string;
}

/** The page as its script sees it. */
export interface Model {
  readonly hosts: readonly string[];
  readonly inOrder: readonly number[];
  readonly cards: readonly PageCard[];
}

/** What page.ts wrote for this script. */
interface PageData {
  readonly hosts: readonly string[];
  readonly inOrder: readonly number[];
  readonly cards: readonly {
    readonly task: string;
    readonly step: string;
    readonly variants: readonly (readonly number[])[];
  }[];
}

/** Reads the page. Texts are read when something is searched for the first time. */
export function readPage(): Model {
  const { hosts, inOrder, cards }: PageData = JSON.parse(document.getElementById('data')?.textContent ?? '{}');
  const elements = document.querySelectorAll<HTMLDetailsElement>('#findings details.f');
  return {
    hosts,
    inOrder,
    cards: [...elements].map((element, index) => {
      const data = cards[index] ?? { task: '', step: '', variants: [] };
      const parts = element.querySelectorAll<HTMLElement>(':scope > .body > :not(.m)');
      const ownTexts = [...element.querySelectorAll(':scope > summary, :scope > .body > .m')];
      return {
        element,
        kind: element.dataset['k'] ?? '',
        task: data.task,
        step: data.step,
        text: once(() => ownTexts.map(textOf).join(' ')),
        variants: [...parts].map((part, nth) => {
          const numbers = numbersOf(data.variants[nth] ?? []);
          return {
            element: part,
            hosts: numbers,
            text: once(() => textOf(part)),
            names: once(() =>
              numbers
                .map((host) => hosts[host])
                .join('\n')
                .toLowerCase(),
            ),
          };
        }),
      };
    }),
  };
}

function numbersOf(runs: readonly number[]): readonly number[] {
  const numbers: number[] = [];
  for (let at = 0; at < runs.length; at += 2)
    for (let nth = 0; nth < (runs[at + 1] ?? 0); nth += 1) numbers.push((runs[at] ?? 0) + nth);
  return numbers;
}

function once(make: () => string): () => string {
  let made: string | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** The text of an element without the names of hosts: in the group of one host, another's name finds nothing. */
function textOf(element: Element): string {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) =>
    node instanceof Element && node.classList.contains('h') ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  const pieces: string[] = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode())
    if (node instanceof Text) pieces.push(node.data);
  return pieces.join(' ').toLowerCase();
}
