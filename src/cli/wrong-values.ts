import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { OptionSpec, OptionSpecs, OptionValues } from '../core/command-line.ts';
import { nearFile } from './near-file.ts';

/**
 * Finds wrong values in free-text options. An empty value, as in `--limit "$HOSTS"` with an unset variable, would mean all hosts. A file to
 * read must exist.
 */
export const wrongValues = (specs: OptionSpecs, values: OptionValues<OptionSpecs>, cwd: string): readonly string[] =>
  Object.entries(specs).flatMap(([name, spec]) =>
    [values[name] ?? []]
      .flat()
      .flatMap((value) => (typeof value === 'string' ? (wrongValue(spec, value, cwd) ?? []) : []))
      .concat(isEmptyList(values[name]) ? [EMPTY] : [])
      .map((wrong) => `--${name}: ${wrong}`),
  );

const EMPTY = 'expected a value, got an empty one';

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

function wrongValue(spec: OptionSpec, value: string, cwd: string): string | undefined {
  if (spec.type !== 'text' && spec.type !== 'path') return undefined;
  if (value === '') return spec.mayBeEmpty === true ? undefined : EMPTY;
  if (spec.type === 'text' && spec.like?.accepts(value) === false) return `expected ${spec.like.says}, got "${value}"`;
  if (spec.type !== 'path' || spec.exists === undefined || value.startsWith('~')) return undefined;
  if (existsSync(resolve(cwd, value))) return undefined;
  const near = nearFile(resolve(cwd, value), value);
  return `there is no such ${spec.exists}: ${value}${near === undefined ? '' : `; did you mean "${near}"?`}`;
}
