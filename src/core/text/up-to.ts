/** The text before the first `end`; all of it where there is none. */
export function upTo(text: string, end: string | RegExp): string {
  const [before = ''] = text.split(end, 1);
  return before;
}
