import { randomInt } from 'node:crypto';
import { fail } from '../errors.ts';
import { ALPHABET } from './base64.ts';
import { bcrypt } from './bcrypt.ts';
import { md5Crypt } from './md5-crypt.ts';
import { shaCrypt } from './sha-crypt.ts';

/** Options for hashing a password. */
interface HashOptions {
  readonly salt?: string | undefined;
  readonly saltSize?: number | undefined;
  readonly rounds?: number | undefined;
  readonly ident?: string | undefined;
}

interface Scheme {
  readonly saltSize: number;
  readonly hash: (password: string, salt: string, options: HashOptions) => string;
}

const SCHEMES: Record<string, Scheme> = {
  md5_crypt: { saltSize: 8, hash: (password, salt) => md5Crypt(password, salt) },
  sha256_crypt: {
    saltSize: 16,
    hash: (password, salt, { rounds }) => shaCrypt('sha256', password, salt, rounds ?? 535_000),
  },
  sha512_crypt: {
    saltSize: 16,
    hash: (password, salt, { rounds }) => shaCrypt('sha512', password, salt, rounds ?? 656_000),
  },
  bcrypt: {
    saltSize: 22,
    hash: (password, salt, { rounds, ident }) => bcrypt(password, salt, rounds ?? 12, ident ?? '2b'),
  },
};

const NAMES: Record<string, string> = {
  md5: 'md5_crypt',
  blowfish: 'bcrypt',
  sha256: 'sha256_crypt',
  sha512: 'sha512_crypt',
};

/** The scheme for a name that Ansible uses. */
export const schemeNamed = (name: string): Scheme | undefined => SCHEMES[NAMES[name] ?? name];

const known = new Map<string, string>();

/**
 * Hashes a password as crypt(3) stores it. Results are cached, because every evaluation of a variable computes the same
 * hash.
 */
export function hashPassword(password: string, name: string, options: HashOptions = {}): string {
  const scheme = schemeNamed(name) ?? fail(`crypt does not support '${name}' algorithm`);
  const salt = options.salt ?? randomSalt(options.saltSize ?? scheme.saltSize);
  checkSalt(salt, name, scheme, options);
  const key = JSON.stringify([password, name, salt, options.rounds, options.ident]);
  const hashed = known.get(key) ?? scheme.hash(password, salt, options);
  known.set(key, hashed);
  return hashed;
}

function checkSalt(salt: string, name: string, scheme: Scheme, options: HashOptions): void {
  if (!/^[./0-9A-Za-z]*$/.test(salt)) fail('invalid characters in salt');
  if (options.salt === undefined) return;
  if (salt.length > scheme.saltSize)
    fail(`salt too large (${NAMES[name] ?? name} requires <= ${scheme.saltSize} chars)`);
  if (scheme === SCHEMES.bcrypt && salt.length < 22) fail('salt too small (bcrypt requires exactly 22 chars)');
}

/** An unpredictable salt. */
export const randomSalt = (size: number): string =>
  Array.from({ length: size }, () => ALPHABET[randomInt(64)]).join('');
