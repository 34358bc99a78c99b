/** The text before the first `end`, or all of it if there is none. */
export function upTo(text: string, end: string | RegExp): string {
  const [before = ''] = text.split(end, 1);
  return before;
}
