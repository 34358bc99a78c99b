import { joined, type Script, script, writtenScript } from '../../../src/sdk.ts';

/** A word for `sh` in which `$NAME`, `${NAME}` and a leading `~` are expanded on the host; unset names stay as written. */
export function expanding(word: string): Script {
  const home = /^~([a-z_][a-z0-9_-]*)?(?=\/|$)/.exec(word);
  const rest = home === null ? word : word.slice(home[0].length).replace(/^\//, '');
  const pieces = rest.split(/(\$[A-Za-z_][A-Za-z0-9_]*|\$\{[A-Za-z_][A-Za-z0-9_]*\})/);
  const tail = joined(
    pieces.map((piece, index) => (index % 2 === 1 ? variable(piece) : script`${piece === '' ? [] : piece}`)),
    script``,
  );
  if (home === null) return tail.text === '' ? script`${''}` : tail;
  const slash = word.length > home[0].length ? script`/` : script``;
  return script`${home[1] === undefined ? script`"$HOME"` : script`~${home[1]}`}${slash}${tail}`;
}

/** A variable reference in double quotes. The name must consist of letters, digits and underscores. */
const variable = (reference: string): Script =>
  writtenScript(`"\${${reference.replace(/[${}]/g, '')}-${reference.replace(/[$}]/g, (char) => `\\${char}`)}}"`);
