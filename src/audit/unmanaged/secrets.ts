/** Files with these names hold key material or passwords. */
const SECRET_PATH =
  /(\.(key|p12|pfx|jks|kdbx|keytab|gpg-key)|\/(id_(rsa|dsa|ecdsa|ed25519)|\.?htpasswd|\.netrc|\.pgpass|\.my\.cnf|shadow|gshadow|krb5\.keytab|credentials?|secrets?)([._-][^/]*)?|\/private\/[^/]+)$/i;

const WORDS = 'pass(?:word|wd|phrase)?|secret|token|api[-_]?key|private[-_]?key|credentials?|community';

const SECRET_TEXT: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  new RegExp(`(?<!NO)(?:${WORDS})\\w*["']?\\s*[:=]\\s*["']?[^\\s"'#]{3,}`, 'i'),
  new RegExp(`^\\s*(?:set\\s+)?[\\w.-]*(?:${WORDS})\\s+[^\\s#]{6,}`, 'im'),
  /[a-z][a-z0-9+.-]*:\/\/[^\s/@:]*:[^\s/@]+@/i,
  /\$(1|2[aby]|5|6|7|y|gy|apr1)\$[^\s:]+/,
  /\b(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,}|AGE-SECRET-KEY-|eyJ[\w-]{20,}\.)/,
  // A long word of random letters and digits.
  /(?=[A-Za-z0-9+/]*[0-9])(?=[A-Za-z0-9+/]*[a-z])(?=[A-Za-z0-9+/]*[A-Z])[A-Za-z0-9+/]{32,}={0,2}(?![A-Za-z0-9+/])/,
];

/** Certificates and public keys look random, and are meant to be read. */
const PUBLIC =
  /-----BEGIN (CERTIFICATE|PUBLIC KEY)-----[^-]*-----END \1-----|\b(ssh|ecdsa|sk)-[\w@.-]+ [A-Za-z0-9+/]+=*/g;

/** Places where files are unreadable for others although they hold no secrets. */
const PLAIN_PLACES = /^\/(etc\/(sudoers\.d|cron\.[a-z]+)|var\/spool\/cron\/crontabs)\//;

/**
 * Why a file's text should not be printed; undefined if nothing speaks against it. Errs on the side of silence: a file that not
 * everybody may read is taken for a secret.
 */
export function secretIn(path: string, text: string, mode: string | undefined): string | undefined {
  if (SECRET_PATH.test(path) && !path.endsWith('.pub')) return 'its name is that of a secret';
  const rest = text.replace(PUBLIC, '');
  if (SECRET_TEXT.some((sign) => sign.test(rest))) return 'its text looks like a secret';
  const isHidden = mode !== undefined && (Number.parseInt(mode, 8) & 0o004) === 0;
  return isHidden && !PLAIN_PLACES.test(path) ? 'not everybody may read it' : undefined;
}
