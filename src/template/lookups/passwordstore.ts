import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import type { Value } from '../../core/value.ts';
import type { Context } from '../context.ts';
import { fail } from '../errors.ts';
import { toBool } from '../filters/data.ts';
import { expandHome } from '../find-file.ts';
import type { Kwargs } from '../python/object.ts';
import { str } from '../python/repr.ts';
import { lookup as keyOf, mapping } from '../python/values.ts';
import { loadYaml } from '../python/yaml-load.ts';
import { keyValues } from './key-values.ts';
import { lookup } from './lookup.ts';

/** Secrets from the program `pass` on the controller: `lookup('community.general.passwordstore', 'path subkey=user')`. */
export const passwordstore = lookup((terms, options, context) =>
  terms.map((term) => secretOf(str(term), options, context)),
);

const KNOWN =
  'directory create overwrite umask returnall subkey userpass length backup nosymbols missing backend lock locktimeout';

interface Wish {
  readonly path: string;
  readonly flag: (name: string) => boolean;
  readonly text: (name: string) => string | undefined;
  readonly environment: NodeJS.ProcessEnv;
}

function secretOf(term: string, options: Kwargs, context: Context): Value {
  const wish = wishOf(term, options, context);
  if ((wish.text('backend') ?? 'pass') !== 'pass')
    return fail('lookup_plugin.passwordstore: only the `pass` backend is supported');
  const found = pass(wish, ['show', wish.path]);
  if (found.status === 0) return wish.flag('overwrite') ? insert(wish, found.stdout) : told(wish, found.stdout);
  if (!/is not in the password store/.test(found.stderr))
    return fail(
      `lookup_plugin.passwordstore: pass show ${wish.path}: ${found.stderr.trim() || `exit code ${found.status}`}`,
    );
  const missing = wish.flag('create') ? 'create' : (wish.text('missing') ?? 'error');
  if (missing === 'create') return insert(wish, undefined);
  if (missing === 'empty' || missing === 'warn') return null;
  return fail(`lookup_plugin.passwordstore: passwordname: ${wish.path} not found and missing=error is set`);
}

function wishOf(term: string, options: Kwargs, context: Context): Wish {
  const { free, options: inside } = keyValues(term);
  const unknown = [...inside.keys(), ...options.keys()].find((name) => !KNOWN.split(' ').includes(name));
  if (unknown !== undefined) return fail(`lookup_plugin.passwordstore: there is no option ${unknown}`);
  const get = (name: string): Value | undefined => inside.get(name) ?? options.get(name);
  const text = (name: string) => {
    const value = get(name) ?? undefined;
    return value === undefined ? undefined : str(value);
  };
  const { session } = context;
  const fromVars = session.scope.get('passwordstore');
  const directory = text('directory') ?? (typeof fromVars === 'string' ? fromVars : undefined);
  const umask = text('umask');
  return {
    path: free,
    text,
    flag: (name) => toBool(get(name) ?? false) === true,
    environment: {
      ...session.env.variables,
      ...(directory !== undefined && { PASSWORD_STORE_DIR: expandHome(directory, session.env) }),
      ...(umask !== undefined && { PASSWORD_STORE_UMASK: umask }),
    },
  };
}

/** The first line, all of it, or one of the `key: value` lines below it. */
function told({ flag, text }: Wish, content: string): Value {
  const whole = content.trimEnd();
  if (flag('returnall')) return whole;
  const [first = '', ...rest] = whole.split('\n');
  const subkey = text('subkey') ?? 'password';
  if (subkey === 'password') return first;
  const dict = mapping(loadYaml(rest.join('\n')));
  const value = dict === undefined ? undefined : keyOf(dict, subkey);
  if (value !== undefined) return value;
  return text('missing') === 'empty' ? null : fail(`lookup_plugin.passwordstore: the entry has no ${subkey}`);
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const SYMBOLS = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** Stores a new secret, given or generated; `backup` keeps the old one on a separate line. */
function insert(wish: Wish, old: string | undefined): Value {
  const chars = wish.flag('nosymbols') ? LETTERS : LETTERS + SYMBOLS;
  const made = () =>
    Array.from({ length: Number(wish.text('length') ?? 16) }, () => chars[randomInt(chars.length)]).join('');
  const secret = wish.text('userpass') ?? made();
  const [before = '', ...rest] = (old ?? '').trimEnd().split('\n');
  const kept = [
    ...rest,
    ...(wish.flag('backup') && old !== undefined ? [`lookup_pass: old password was ${before}`] : []),
  ];
  const said = pass(wish, ['insert', '-f', '-m', wish.path], [secret, ...kept, ''].join('\n'));
  return said.status === 0
    ? secret
    : fail(`lookup_plugin.passwordstore: pass insert ${wish.path}: ${said.stderr.trim()}`);
}

function pass({ environment }: Wish, args: readonly string[], input?: string) {
  const { status, stdout, stderr, error } = spawnSync('pass', args, {
    encoding: 'utf8',
    input: input ?? '',
    env: environment,
  });
  if (error !== undefined)
    return fail(
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'lookup_plugin.passwordstore: the program `pass` is not installed on this machine (passwordstore.org; Debian package: pass)'
        : `lookup_plugin.passwordstore: ${error.message}`,
    );
  return { status, stdout, stderr };
}
