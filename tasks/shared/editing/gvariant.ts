/** Whether two texts in GVariant's notation mean the same: quotes, spaces and digits may be written in several ways. */
export const sameVariant = (one: string, other: string): boolean =>
  JSON.stringify(tokensOf(one)) === JSON.stringify(tokensOf(other));

const TOKEN =
  /\s*(?:(b?)("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(@[A-Za-z0-9(){}]+)|([A-Za-z_][A-Za-z0-9_]*)|([-+]?[0-9.][0-9A-Za-z.+-]*)|(\S))/gsy;

function tokensOf(text: string): readonly string[] {
  const all = [...text.trim().matchAll(TOKEN)].flatMap(([, bytes = '', quoted, type, word, number, other = '']) => {
    if (quoted !== undefined) return [`${bytes}'${unquoted(quoted)}'`];
    // The type of an array that is not empty follows from its elements.
    if (type !== undefined) return [type];
    return [word ?? (number === undefined ? other : plainNumber(number))];
  });
  return all.filter((token, index) => !token.startsWith('@') || all[index + 2] === ']' || all[index + 2] === '}');
}

function unquoted(quoted: string): string {
  const escapes: Readonly<Record<string, string>> = {
    n: '\n',
    t: '\t',
    r: '\r',
    b: '\b',
    f: '\f',
    v: '\v',
    a: '\u0007',
  };
  return quoted
    .slice(1, -1)
    .replace(/\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)/gs, (_all, code: string) =>
      code.length > 1 ? String.fromCodePoint(Number.parseInt(code.slice(1), 16)) : (escapes[code] ?? code),
    );
}

/** A number as GVariant prints it: a fraction is another type than a whole number. */
function plainNumber(text: string): string {
  const number = Number(text.replace(/^\+/, ''));
  if (Number.isNaN(number) || !Number.isSafeInteger(Math.trunc(number))) return text;
  return /[.eE]/.test(text) && !/^[-+]?0x/i.test(text) ? `float ${number}` : String(number);
}
