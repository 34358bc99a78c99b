/** A name as PostgreSQL reads it in a statement, whatever it contains. */
export const pgName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A name that may have a schema: `shop.orders`. Parts that are quoted already may contain dots. */
export const pgPath = (name: string): string => pathWords(name).map(pgName).join('.');

/** The parts of a name that may have a schema, without quotes. */
export const pathWords = (name: string): readonly string[] =>
  (name.match(/"(?:[^"]|"")*"|[^."]+/g) ?? [name]).map((word) =>
    word.startsWith('"') ? word.slice(1, -1).replaceAll('""', '"') : word,
  );

/** A text as a string literal, independent of `standard_conforming_strings`. */
export const pgText = (text: string): string => {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? `E${quoted}` : quoted;
};

/** Texts as an array literal. */
export const pgTexts = (texts: readonly string[]): string => `ARRAY[${texts.map(pgText).join(', ')}]::text[]`;
