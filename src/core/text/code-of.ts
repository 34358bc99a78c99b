import { must } from '../must.ts';

/** The code point that a text begins with; the text is not empty. */
export const codeOf = (text: string): number => must(text.codePointAt(0), 'the first character of a text');
