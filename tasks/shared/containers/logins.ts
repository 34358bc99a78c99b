import { isObject } from '../json.ts';
import { entriesAt, textAt } from './json.ts';

/** A client's file with its logins to registries, as parsed JSON. */
export type LoginFile = Readonly<Record<string, unknown>>;

/** A login that a client keeps. */
export interface KeptLogin {
  readonly user: string;
  readonly password: string;
}

/** A client's file with logins; undefined if the text cannot be read. An empty one has none. */
export function readLogins(text: string): LoginFile | undefined {
  if (text.trim() === '') return {};
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** The login that the file itself keeps under a key that fits. */
export function keptIn(file: LoginFile, isMeant: (key: string) => boolean): KeptLogin | undefined {
  const [, found] = entriesAt(file, 'auths').find(([key]) => isMeant(key)) ?? [];
  if (found === undefined) return undefined;
  const text = Buffer.from(textAt(found, 'auth'), 'base64').toString();
  const colon = text.indexOf(':');
  return { user: colon < 0 ? textAt(found, 'username') : text.slice(0, colon), password: text.slice(colon + 1) };
}

/** The file's text once the logins with a key that fits are replaced by an entry, or removed. */
export function withLogin(
  file: LoginFile,
  isMeant: (key: string) => boolean,
  entry?: readonly [string, unknown],
): string {
  const others = entriesAt(file, 'auths').filter(([key]) => !isMeant(key));
  const auths = Object.fromEntries([...others, ...(entry === undefined ? [] : [entry])]);
  return JSON.stringify({ ...file, auths }, null, '\t');
}

/** What the file keeps of a login. */
export const loginEntry = (user: string, password: string): unknown => ({
  auth: Buffer.from(`${user}:${password}`).toString('base64'),
});

/** A kept login in words, beside the wanted user. */
export const toldLogin = ({ user }: KeptLogin, wanted: string): string =>
  user === wanted ? `${user}, with another password` : user;
