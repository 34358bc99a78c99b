import { must } from '../must.ts';

/** The first code point of a string, which must not be empty. */
export const codeOf = (text: string): number => must(text.codePointAt(0), 'the first character of a string');
