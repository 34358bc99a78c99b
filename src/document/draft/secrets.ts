import { escapePattern } from '../../core/text/escape-pattern.ts';
import { passwordsIn } from '../../core/url-login.ts';
import { type DraftTask, draftVariable } from './drafted.ts';

/** A secret that a document has in clear, and the variable of the vault that takes its place. */
interface ShownSecret {
  readonly value: string;
  readonly name: string;
}

const WORD = '(?:password|passwd|passphrase|secret|secret_?key|token|api_?key|access_?key|private_?key)';

/** Where secrets stand, as the last group; a group before it is a name for it. */
const PLACES: readonly RegExp[] = [
  /(-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----)/g,
  new RegExp(`(?<![\\w-])([\\w.-]*${WORD})["']?\\s*[:=]\\s*["']?([^\\s"'#;,]{4,})`, 'gi'),
  new RegExp(`--([\\w-]*${WORD})[ =]["']?([^\\s"']{4,})`, 'gi'),
  /\bidentified\s+by\s+['"]([^'"]{4,})['"]/gi,
  /\bpassword\s+['"]([^'"]{4,})['"]/gi,
  /\b(?:curl|wget)\b[^\n]*\s(?:-u|--user)[ =]?["']?([\w.@-]+):([^\s"']+)/g,
  /\bmysql\w*\b[^\n]*\s-p([^\s-]\S+)/g,
  /\bhtpasswd\s+-\w*b\w*\s+\S+\s+(\S+)\s+["']?([^\s"']+)/g,
  /\becho\s+["']?([\w-]+):([^\s"'|]+)["']?\s*\|\s*(?:sudo\s+)?chpasswd/g,
  /\b((?:ghp|gho|ghs)_[A-Za-z0-9]{36,}|glpat-[\w-]{20,}|AKIA[0-9A-Z]{16}|xox[abprs]-\d[A-Za-z0-9-]{20,})\b/g,
];

/** What stands where a secret would: a variable, a placeholder, a path, a setting. */
const NONE =
  /[$<>{}[\]*…]|^[/.~]|^(?:x{3,}|change_?-?me.*|example.*|your[-_ ].*|true|false|yes|none|null|required|optional|prompt|ask|disabled|enabled|\d{1,3})$/i;

/** The secrets in a document, each once. */
export function secretsIn(text: string): readonly ShownSecret[] {
  const found = new Map<string, string>();
  const add = (value: string, name: string): void => {
    if (NONE.test(value) || found.has(value)) return;
    const base = `vault_${name}`.toLowerCase().replace(/\W+/g, '_').replace(/_+$/, '');
    const taken = [...found.values()].filter((one) => one === base || one.startsWith(`${base}_`)).length;
    found.set(value, taken === 0 ? base : `${base}_${taken + 1}`);
  };
  for (const place of PLACES)
    for (const [, first = '', second] of text.matchAll(place))
      add(second ?? first, second === undefined ? 'secret' : first);
  for (const value of passwordsIn(text)) add(value, 'url_password');
  // What contains another one is replaced first.
  return [...found].map(([value, name]) => ({ value, name })).toSorted((a, b) => b.value.length - a.value.length);
}

/** A text for people, without the secrets. */
export const withoutSecrets = (text: string, secrets: readonly ShownSecret[]): string =>
  secrets.reduce((all, { value }) => all.replace(wordOf(value), '********'), text);

/** A secret that is a word of its own: a weak one may be a part of other names. */
const wordOf = (value: string): RegExp => new RegExp(`(?<![\\w/-])${escapePattern(value)}(?![\\w/-])`, 'g');

/** A task with variables in the place of secrets. */
export function withVaultVariables(task: DraftTask, secrets: readonly ShownSecret[]): DraftTask {
  const replaced = (value: unknown): unknown => {
    if (typeof value === 'string')
      return secrets.reduce(
        (all, { value: secret, name }) => all.replace(wordOf(secret), () => draftVariable(name)),
        value,
      );
    if (Array.isArray(value)) return value.map(replaced);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, replaced(one)]));
  };
  return secrets.length === 0 ? task : { ...task, args: replaced(task.args) as DraftTask['args'] };
}
