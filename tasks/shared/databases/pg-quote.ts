/** A name as PostgreSQL reads it in a statement, whatever it contains. */
export const pgName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A text as a string literal, independent of `standard_conforming_strings`. */
export const pgText = (text: string): string => {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? `E${quoted}` : quoted;
};

/** Texts as an array literal. */
export const pgTexts = (texts: readonly string[]): string => `ARRAY[${texts.map(pgText).join(', ')}]::text[]`;
