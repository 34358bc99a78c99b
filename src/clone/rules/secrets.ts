import { passwordsIn } from '../../core/url-login.ts';
import { numbered, textsOf } from '../clone.ts';
import { configurationOf } from './configuration.ts';
import { type CloneRule, finding } from './rule.ts';

const FIX = 'take it out of the repository and out of its history, and change it: everybody with a clone has it';

/** Tokens whose form says what they are. */
const TOKENS: readonly (readonly [what: string, form: RegExp])[] = [
  ['a token of GitHub', /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})\b/],
  ['a token of GitLab', /\bglpat-[A-Za-z0-9_-]{20,}\b/],
  ['an access key of AWS', /\bAKIA(?!IOSFODNN7EXAMPLE)[0-9A-Z]{16}\b/],
  ['a token of Slack', /\bxox[abprs]-\d[A-Za-z0-9-]{20,}\b/],
  ['a webhook of Slack', /https:\/\/hooks\.slack\.com\/services\/T[A-Z0-9]{8,}\/B[A-Z0-9]{8,}\/[A-Za-z0-9]{20,}/],
];

/** Private keys, tokens and passwords that anybody with the clone can read. None of them is in what this tells. */
export const secretsInClear: CloneRule = (clone) => {
  const configuration = new Set(
    configurationOf(clone).flatMap(({ path, text }) => (isProgram(path, text) ? [] : [path])),
  );
  return textsOf(clone).flatMap(({ path: file, text }) =>
    numbered(text).flatMap(({ line, number }) => {
      const what =
        keyAt(text, line, number) ??
        TOKENS.find(([, form]) => form.test(line))?.[0] ??
        assigned(line, configuration.has(file) || /\.ya?ml$/.test(file)) ??
        (configuration.has(file) ? passwordInUrl(line) : undefined);
      return what === undefined ? [] : [finding('secret', { file, line: number }, `${what} in clear`, FIX)];
    }),
  );
};

/** Programs assign variables that are called like secrets. */
const isProgram = (path: string, text: string): boolean =>
  /\.(?:py|pl|pm|rb|php|lua|go|rs|[mc]?[jt]sx?)$/.test(path) || /^#!.*\b(?:python|perl|ruby|node|php)/.test(text);

/** A private key without a passphrase: its first line says how it is encrypted, or that it is not. */
function keyAt(text: string, line: string, number: number): string | undefined {
  const [, kind] = /^\s*-----BEGIN ((?:RSA |EC |DSA |OPENSSH )?PRIVATE KEY)-----\s*$/.exec(line) ?? [];
  if (kind === undefined) return undefined;
  const body = text.split('\n')[number]?.trim() ?? '';
  if (!/^[A-Za-z0-9+/]{40,}={0,2}$/.test(body)) return undefined;
  const isOpen =
    kind !== 'OPENSSH PRIVATE KEY' || Buffer.from(body, 'base64').toString('latin1').includes('\0\0\0\u0004none');
  return isOpen ? `a private key (${kind})` : undefined;
}

const ASSIGNED =
  /^\s*(?:export\s+|Environment=["']?|-\s+)?["']?([A-Za-z0-9_.-]*?(?:password|passwd|passphrase|secret|secret_?key|token|api_?key|access_?key|private_?key))["']?\s*(?:=|:)\s*(.+?)\s*$/i;

/** What stands where a secret would: a variable, a template, a path, an example, a setting that is no secret. */
const NONE =
  /[${}<>%]|^!|^[/.~]|^(?:x{3,}|\*+|\.{3,}|change_?-?me.*|example.*|your[-_ ].*|todo.*|placeholder|redacted.*|dummy|true|false|yes|no|on|off|none|null|nil|required|optional|read|write|always|on_create|enable|disable|ask|prompt|md5|default|undefined|enabled|disabled|\d{1,3})$/i;

/** The name of a variable or of a key that has the secret. */
const NAME_OF_ONE = /^[a-z_.]*(?:password|passwd|passphrase|secret|token|_key)[a-z_]*$/i;

/** Settings about passwords that are none themselves. */
const ABOUT =
  /^(?:id-token|(?:.*[_.-])?(?:update|reuse|generate|reset|require|change|use|no|show|hide|set|ask|store|save|remember|force|min|max|with|expire|allow|disable|enable)_?-?(?:password|passwd|secret|token|api_?key)|.*credentials?_secret)$/i;

/**
 * A setting whose name says that its value is a secret. Secrets, tokens and keys may also be names of such, so their values have to
 * look like one; in documents and programs, which may explain or compute one, all values.
 */
function assigned(line: string, isConfiguration: boolean): string | undefined {
  const [, name = '', given = ''] = ASSIGNED.exec(line) ?? [];
  const value = given
    .replace(/[;,]$/, '')
    .replace(/\s+#.*$/, '')
    .replace(/^(["'])(.*)\1$/, '$2')
    .replace(/["']$/, '');
  if (name === '' || value.length < 4 || NONE.test(value) || NAME_OF_ONE.test(value) || ABOUT.test(name))
    return undefined;
  const isRandom = /^[A-Za-z0-9+/_=-]{24,}$/.test(value) && /\d.*\d.*\d/.test(value) && /[A-Za-z]/.test(value);
  const isPassword = /(?:password|passwd|passphrase)$/i.test(name) || (value.length > 7 && /\d/.test(value));
  return isRandom || (isConfiguration && isPassword && !/[\s()[\]]/.test(value)) ? `the value of ${name}` : undefined;
}

const passwordInUrl = (line: string): string | undefined =>
  !/^\s*[#;]/.test(line) && passwordsIn(line).some((one) => one.length > 3 && !NONE.test(one))
    ? 'a password in a URL'
    : undefined;
