/** apt's source files by path, parsed from the question's output. */
export const sourcesOf = (stdout: string): ReadonlyMap<string, string> =>
  new Map(
    stdout
      .split('\x1e')
      .slice(1)
      .map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)] as const),
  );

/** A source line without its comment, with words separated by single spaces. */
export const plainSource = (line: string): string => line.replace(/#.*$/, '').trim().split(/\s+/).join(' ');

/** The sources in a file, each with words separated by single spaces. */
export const activeLines = (text: string): readonly string[] =>
  text
    .split('\n')
    .map(plainSource)
    .filter((line) => line !== '');

/** Returns a file's text without one of its sources. */
export const withoutLine = (text: string, wanted: string): string =>
  text
    .split('\n')
    .filter((line) => plainSource(line) !== wanted)
    .join('\n');

/** The file for a source: derived from the URL as in Ansible, if no name is given. */
export function fileFor(repo: string, filename: string | undefined): string {
  if (filename !== undefined)
    return filename.startsWith('/')
      ? filename.replace(/(\.list)?$/, '.list')
      : `/etc/apt/sources.list.d/${filename.replace(/\.list$/, '')}.list`;
  const [url = ''] = repo
    .replace(/\[[^\]]+\]/, '')
    .trim()
    .split(/\s+/)
    .slice(1);
  const bare = url.replace(/^\w+:\/\//, '').replace(/^[^@]*@/, '');
  return `/etc/apt/sources.list.d/${bare
    .replace(/[^a-zA-Z0-9]+/g, ' ')
    .trim()
    .replaceAll(' ', '_')}.list`;
}
