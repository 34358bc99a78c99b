import { createHash, timingSafeEqual } from 'node:crypto';
import { md5Crypt } from './md5-crypt.ts';
import { hashPassword, schemeNamed } from './password-hash.ts';

/** Whether a password has this hash; undefined if the scheme of the hash is not known. */
export function hasHash(password: string, hash: string): boolean | undefined {
  const again = hashedLike(password, hash);
  return again === undefined ? undefined : isSame(again, hash);
}

/** The password, hashed with the scheme and the salt of another hash. */
function hashedLike(password: string, hash: string): string | undefined {
  if (hash.startsWith('{SHA}')) return sha1(password);
  const [, apache] = /^\$apr1\$([^$]*)\$/.exec(hash) ?? [];
  if (apache !== undefined) return md5Crypt(password, apache, 'apr1');
  const [, md5] = /^\$1\$([^$]*)\$/.exec(hash) ?? [];
  if (md5 !== undefined) return md5Crypt(password, md5);
  const [, sha, rounds, salt] = /^\$([56])\$(?:rounds=(\d+)\$)?([^$]*)\$/.exec(hash) ?? [];
  if (sha !== undefined)
    return hashPassword(password, sha === '5' ? 'sha256_crypt' : 'sha512_crypt', {
      salt,
      rounds: Number(rounds ?? 5000),
    });
  const [, ident, cost, blowfish] = /^\$(2[aby])\$(\d\d)\$(.{22})/.exec(hash) ?? [];
  if (ident !== undefined) return hashPassword(password, 'bcrypt', { salt: blowfish, rounds: Number(cost), ident });
  // Any other text with a dollar sign or of DES's length is a hash of a scheme that is not known here.
  return hash.startsWith('$') || /^[./0-9A-Za-z]{13}$/.test(hash) ? undefined : password;
}

/** The schemes of `htpasswd`, each with its name for `htpasswdHash`. */
const SCHEMES: Readonly<Record<string, string>> = {
  portable: 'apr_md5_crypt',
  portable_apache22: 'apr_md5_crypt',
  portable_apache_22: 'apr_md5_crypt',
  portable_apache24: 'bcrypt',
  portable_apache_24: 'bcrypt',
  linux_apache_22: 'sha256_crypt',
  linux_apache_24: 'bcrypt',
  host_apache_24: 'bcrypt',
};

/** Hashes a password for Apache and nginx. The salt must have at least 22 characters; undefined if the scheme is not known. */
export function htpasswdHash(password: string, scheme: string, salt: string): string | undefined {
  const name = SCHEMES[scheme] ?? scheme;
  if (name === 'plaintext') return password;
  if (name === 'ldap_sha1') return sha1(password);
  if (name === 'apr_md5_crypt') return md5Crypt(password, salt, 'apr1');
  const known = schemeNamed(name);
  return known === undefined
    ? undefined
    : hashPassword(password, name, { salt: salt.slice(0, known.saltSize), ident: '2y' });
}

const sha1 = (password: string): string => `{SHA}${createHash('sha1').update(password).digest('base64')}`;

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
