import { nothing, type ParamSpecs, type Question, type ShellAnswer, tidyPath } from '../../../src/sdk.ts';
import { type KeySource, type PrivateKey, privateKey, readPrivateKey, unreadable } from './private-key.ts';

/** The parameters that name the key with which something is made. */
export const keyParams = {
  privatekey_path: { type: 'path', doc: 'The file with the private key, on the host.' },
  privatekey_content: { type: 'str', secret: true, doc: 'The private key itself, instead of its file.' },
  privatekey_passphrase: { type: 'str', secret: true, doc: 'The passphrase of the private key.' },
} as const satisfies ParamSpecs;

/** The task's private key. */
interface KeyGiven {
  readonly privatekey_path?: string | undefined;
  readonly privatekey_content?: string | undefined;
  readonly privatekey_passphrase?: string | undefined;
}

/** Where the task's key is. */
export const keySource = (task: KeyGiven): KeySource => ({
  ...(task.privatekey_path !== undefined && { path: tidyPath(task.privatekey_path) }),
  ...(task.privatekey_content !== undefined && { content: task.privatekey_content }),
  passphrase: task.privatekey_passphrase === '' ? undefined : task.privatekey_passphrase,
});

/** Asks for a key, if there is one to ask for. */
export const askKeyOf = (source: KeySource): Question<ShellAnswer | undefined> =>
  source.path === undefined && source.content === undefined ? nothing() : privateKey(source);

/** A key that can be used, or why there is none. */
export function usableKey(
  answer: ShellAnswer,
  source: KeySource,
  what = 'private key',
): { readonly key: PrivateKey & { readonly publicKey: Uint8Array } } | { readonly failed: string } {
  const shown = source.content === undefined ? `${what} ${source.path}` : what;
  const missing = unreadable(answer);
  if (missing !== undefined) return { failed: answer.code === 127 ? missing : `Cannot read the ${shown}: ${missing}` };
  const { publicKey, ...key } = readPrivateKey(answer);
  if (!key.exists) return { failed: `The ${shown} does not exist` };
  if (publicKey === undefined) return { failed: `Unable to load the ${shown}: ${key.broken}` };
  return { key: { ...key, publicKey } };
}
