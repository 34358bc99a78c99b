/** HTML in which every text has been escaped. */
export interface Markup {
  readonly html: string;
}

/** A part of a page: text is escaped, markup is not, nothing is left out. */
export type Part = string | number | Markup | undefined | readonly Part[];

/** A template whose values become text, unless they are markup themselves. */
export const html = (pieces: TemplateStringsArray, ...values: readonly Part[]): Markup => ({
  html: pieces.map((piece, index) => piece + written(values[index])).join(''),
});

/** Markup that this program contains, as it is. Never for anything that was read. */
export const trusted = (text: string): Markup => ({ html: text });

/** Data in a script element. `<` is escaped: nothing inside can end the element. */
export const dataBlock = (id: string, data: unknown): Markup =>
  html`<script type="application/json" id="${id}">${trusted(JSON.stringify(data).replaceAll('<', '\\u003c'))}</script>`;

function written(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'string') return part.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
  if (typeof part === 'number') return NUMBERS.format(part);
  return 'html' in part ? part.html : part.map(written).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const NUMBERS = new Intl.NumberFormat('en-US');
