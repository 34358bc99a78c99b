import { resolve } from 'node:path';
import { truthOf } from '../../core/text/truth.ts';
import type { Setting } from './settings.ts';

/** The value of a setting read from text, or why the text is not valid. */
type ReadSetting = { readonly value: unknown } | { readonly problem: string };

/** The context of reading a setting. */
interface ReadContext {
  /** The directory for relative paths. */
  readonly base: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  /** Whether quotes around the text are stripped. */
  readonly quoted: boolean;
}

/** Reads a setting's text according to its type. */
export function readSetting({ type, choices }: Setting, written: string, context: ReadContext): ReadSetting {
  const text = context.quoted ? unquote(written) : written;
  switch (type) {
    case 'bool':
      return readBool(text);
    case 'int':
      return /^\s*[+-]?\d+\s*$/.test(text)
        ? { value: Number(text) }
        : { problem: `expected an integer, got "${text}"` };
    case 'choice':
      return choices?.includes(text)
        ? { value: text }
        : { problem: `expected one of ${choices?.join(', ')}, got "${text}"` };
    case 'list':
      return { value: split(text, ',') };
    case 'path':
      return { value: absolute(text, context) };
    case 'paths':
      return { value: split(text, ':').map((path) => absolute(path, context)) };
    case 'sources':
      return { value: split(text, ',').map((path) => absolute(path, context)) };
    case 'str':
      return { value: text };
    default:
      return type satisfies never;
  }
}

function readBool(text: string): ReadSetting {
  const value = truthOf(text);
  return value === undefined ? { problem: `expected a boolean (yes or no), got "${text}"` } : { value };
}

const split = (text: string, separator: string): string[] =>
  text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');

function absolute(path: string, { base, cwd, env, home }: ReadContext): string {
  const expanded = path
    .trim()
    .replace(/^~(?=\/|$)/, home)
    .replace(/\{\{\s*CWD\s*\}\}/g, cwd)
    .replace(/\$(?:\{(\w+)\}|(\w+))/g, (all, braced, bare) => env[braced ?? bare] ?? all);
  return resolve(base, expanded);
}

const unquote = (text: string): string => /^(["'])(.*)\1$/s.exec(text)?.[2] ?? text;
