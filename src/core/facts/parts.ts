/** What a host printed, by the name of the part. */
export type Parts = ReadonlyMap<string, string>;

/** The parts of what the script of facts printed. */
export function readParts(output: string): Parts {
  const parts = output.split('\x1e').slice(1);
  return new Map(parts.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]));
}

/** A part without the space around it; empty where it is missing. */
export const partText = (parts: Parts, name: string): string => parts.get(name)?.trim() ?? '';

/** The lines of a part that are not empty. */
export const partLines = (parts: Parts, name: string): readonly string[] =>
  (parts.get(name) ?? '').split('\n').filter((line) => line.trim() !== '');
