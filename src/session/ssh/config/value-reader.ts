import type { ConfigLine } from './parse-config.ts';
import type { ConfigValues } from './resolve-config.ts';

/** The configuration for one host, by type of value. */
export interface ValueReader {
  text(keyword: string): string | undefined;
  number(keyword: string): number | undefined;
  words(keyword: string): readonly string[] | undefined;
  milliseconds(keyword: string): number | undefined;
  /** The line for a keyword, if it has one of these values; if no values are given, whatever its value. */
  line(keyword: string, ...said: readonly string[]): ConfigLine | undefined;
}

/** Create a reader for a host's ssh configuration. */
export function readValues({ values }: ConfigValues): ValueReader {
  const text = (keyword: string) => values.get(keyword)?.words[0];
  return {
    text,
    number: (keyword) => (text(keyword) === undefined ? undefined : Number(text(keyword))),
    words: (keyword) => values.get(keyword)?.words,
    milliseconds: (keyword) => milliseconds(text(keyword)),
    line(keyword, ...said) {
      const line = values.get(keyword);
      return said.length === 0 || said.includes(line?.words[0]?.toLowerCase() ?? '') ? line : undefined;
    },
  };
}

/** Parse a time in ssh_config: seconds, or `1m30s`. */
function milliseconds(said: string | undefined): number | undefined {
  if (said === undefined || said === 'none') return undefined;
  const parts = [...said.toLowerCase().matchAll(/(\d+)([smhdw]?)/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (secondsOf[unit || 's'] ?? 1), 0) * 1000;
}

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
