import { must } from '../core/must.ts';

const WORDS =
  'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua enim ad minim veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea commodo consequat duis aute irure in reprehenderit voluptate velit esse cillum eu fugiat nulla pariatur'.split(
    ' ',
  );

/** How many paragraphs of filler text, whether as HTML, and from how many to how many words each. */
interface Filler {
  readonly paragraphs: number;
  readonly html: boolean;
  readonly least: number;
  readonly most: number;
}

/** Jinja's `lipsum()`: paragraphs of words that mean nothing. */
export function lipsum({ paragraphs, html, least, most }: Filler, random: () => number): string {
  const all = Array.from({ length: paragraphs }, () =>
    paragraph(least + Math.floor(random() * (most - least)), random),
  );
  return html ? all.map((text) => `<p>${text}</p>`).join('\n') : all.join('\n\n');
}

/** Sentences of at most twelve words. */
function paragraph(count: number, random: () => number): string {
  const words = Array.from({ length: count }, () => must(WORDS[Math.floor(random() * WORDS.length)], 'a word'));
  const sentences = Array.from({ length: Math.ceil(count / 12) }, (_, at) =>
    words.slice(at * 12, at * 12 + 12).join(' '),
  );
  return sentences.map((text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`).join(' ');
}
