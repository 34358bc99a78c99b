/** Text that must not become a heading, a link, HTML or another cell of a table, in one line. */
export const markdownText = (text: string): string =>
  text.replace(/[\\`*_[\]<>|#~&]/g, (character) => `\\${character}`).replaceAll(/\r?\n/g, ' ');

/** Text as inline code, whatever backticks it contains. */
export function inlineCode(text: string): string {
  const fence = '`'.repeat(longestRun(text) + 1);
  const line = text.replaceAll(/\r?\n/g, ' ');
  return fence.length === 1 ? `${fence}${line}${fence}` : `${fence} ${line} ${fence}`;
}

/** Lines as a block of code. A fence must be longer than any run of backticks inside it. */
export function codeBlock(text: string, language = ''): string {
  const fence = '`'.repeat(Math.max(2, longestRun(text)) + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

const longestRun = (text: string): number => Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
