import { randomInt } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Value } from '../../core/value.ts';
import type { Context } from '../context.ts';
import { hashPassword, randomSalt, schemeNamed } from '../crypt/password-hash.ts';
import { fail } from '../errors.ts';
import { expandHome } from '../find-file.ts';
import type { Kwargs } from '../python/object.ts';
import { SeededRandom } from '../python/random.ts';
import { str } from '../python/repr.ts';
import { sequence } from '../python/values.ts';
import { characterSets } from './character-sets.ts';
import { keyValues } from './key-values.ts';
import { lookup } from './lookup.ts';

/** A password kept in a file, generated and stored there the first time it is requested. */
export const password = lookup((terms, options, context) => terms.map((term) => read(str(term), options, context)));

const KNOWN = ['length', 'encrypt', 'chars', 'ident', 'seed'];

interface Stored {
  readonly text: string;
  readonly salt: string | undefined;
  readonly ident: string | undefined;
}

function read(term: string, options: Kwargs, context: Context): Value {
  const { free, options: inside } = keyValues(term);
  const unknown = [...inside.keys()].filter((name) => !KNOWN.includes(name));
  if (unknown.length > 0) return fail(`Unrecognized parameter(s) given to password lookup: ${unknown.join(', ')}`);
  const get = (name: string): Value | undefined => inside.get(name) ?? options.get(name) ?? undefined;
  const path = resolve(context.session.env.folder, expandHome(free, context.session.env));
  const existing = path === '/dev/null' ? undefined : stored(path, context);
  const encrypt = get('encrypt') ?? undefined;
  const scheme = encrypt === undefined ? undefined : str(encrypt);
  const text = existing?.text ?? generate(Number(get('length') ?? 20), characters(get('chars')), get('seed'));
  const salt =
    scheme === undefined ? existing?.salt : (existing?.salt ?? randomSalt(schemeNamed(scheme)?.saltSize ?? 8));
  const ident = identFor(scheme, get('ident'), existing);
  if (path !== '/dev/null' && (!existing || salt !== existing.salt || ident !== existing.ident))
    write(path, { text, salt, ident });
  return scheme === undefined ? text : hashPassword(text, scheme, { salt, ident });
}

function identFor(
  scheme: string | undefined,
  given: Value | undefined,
  existing: Stored | undefined,
): string | undefined {
  const wanted = given === undefined || given === null ? undefined : str(given);
  if (existing?.ident && wanted && existing.ident !== wanted)
    return fail(`The ident parameter provided (${wanted}) does not match the stored one (${existing.ident}).`);
  return wanted ?? existing?.ident ?? (scheme === 'bcrypt' || scheme === 'blowfish' ? '2b' : undefined);
}

function stored(path: string, context: Context): Stored | undefined {
  const bytes = context.session.env.readFile(path);
  if (!bytes) return undefined;
  const content = new TextDecoder().decode(bytes).trimEnd();
  const [, text = content, salt, ident] = /^(.*?)(?: salt=(\S+))?(?: ident=(\S+))?$/s.exec(content) ?? [];
  return { text, salt, ident };
}

/** Makes the file and its directory accessible to the owner only, from the start. */
function write(path: string, { text, salt, ident }: Stored): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, `${text}${salt ? ` salt=${salt}` : ''}${salt && ident ? ` ident=${ident}` : ''}\n`, {
    mode: 0o600,
  });
}

/** The characters that `chars` allows: names of Python's character sets, or literal characters; `,,` is a comma. */
function characters(chars: Value | undefined): string {
  const names = chars === undefined || chars === null ? ['ascii_letters', 'digits', '.,:-_'] : split(chars);
  return names
    .map((name) => characterSets[name] ?? name)
    .join('')
    .replaceAll('"', '')
    .replaceAll("'", '');
}

function split(chars: Value): string[] {
  const list = sequence(chars);
  if (list) return list.map(str);
  const text = str(chars);
  return [...(text.includes(',,') ? [','] : []), ...text.replaceAll(',,', ',').split(',').filter(Boolean)];
}

function generate(length: number, allowed: string, seed: Value | undefined): string {
  const random = seed === undefined || seed === null ? undefined : new SeededRandom(seed);
  return Array.from({ length }, () => allowed[random ? random.below(allowed.length) : randomInt(allowed.length)]).join(
    '',
  );
}
