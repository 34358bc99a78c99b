/** The output of a host, by part name. */
export type Parts = ReadonlyMap<string, string>;

/** Split the output of the facts script into its parts. */
export function readParts(output: string): Parts {
  const parts = output.split('\x1e').slice(1);
  return new Map(parts.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]));
}

/** A part, trimmed; empty if it is missing. */
export const partText = (parts: Parts, name: string): string => parts.get(name)?.trim() ?? '';

/** The non-empty lines of a part. */
export const partLines = (parts: Parts, name: string): readonly string[] =>
  (parts.get(name) ?? '').split('\n').filter((line) => line.trim() !== '');
