import { quote, Script } from '../../src/sdk.ts';

/** A word for `sh` in which `$NAME`, `${NAME}` and a leading `~` stand for what they are on the host; unset names stay as written. */
export function expanding(word: string): Script {
  const home = /^~([a-z_][a-z0-9_-]*)?(?=\/|$)/.exec(word);
  const rest = home === null ? word : word.slice(home[0].length).replace(/^\//, '');
  const pieces = rest.split(/(\$[A-Za-z_][A-Za-z0-9_]*|\$\{[A-Za-z_][A-Za-z0-9_]*\})/);
  const tail = pieces
    .map((piece, index) => (index % 2 === 1 ? variable(piece) : piece === '' ? '' : quote(piece)))
    .join('');
  if (home === null) return new Script(tail === '' ? "''" : tail);
  const slash = word.length > home[0].length ? '/' : '';
  return new Script(`${home[1] === undefined ? '"$HOME"' : home[0]}${slash}${tail}`);
}

const variable = (reference: string): string =>
  `"\${${reference.replace(/[${}]/g, '')}-${reference.replace(/[$}]/g, (char) => `\\${char}`)}}"`;
