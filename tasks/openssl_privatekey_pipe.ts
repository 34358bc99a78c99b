import { ControllerError, defineTask, nothing, type Params, type Plan, type Reply, withLacking } from '../src/sdk.ts';
import { fromPem } from './shared/tls/pem.ts';
import { printChanges } from './shared/tls/pipe.ts';
import { type KeySource, type PrivateKey, privateKey, readPrivateKey, unreadable } from './shared/tls/private-key.ts';
import { fingerprints, kindOf } from './shared/tls/public-key.ts';
import {
  converting,
  decided,
  described,
  generating,
  kindText,
  newKeyParams,
  passphraseOf,
  wantedFormat,
  wantedKind,
  wronglyGiven,
} from './shared/tls/wanted-key.ts';

const params = {
  content: {
    type: 'str',
    secret: true,
    doc: 'The existing key. Without it, a new one is made. A raw key, which is not in PEM format, cannot be compared.',
  },
  content_base64: { type: 'bool', default: false, doc: 'The `content` is encoded as base64.' },
  ...newKeyParams,
  return_current_key: { type: 'bool', default: false, doc: 'Return the key also if it stays as it is.' },
  select_crypto_backend: {
    type: 'str',
    default: 'auto',
    choices: ['auto', 'cryptography'],
    ignored: "the host's openssl is always used",
  },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.crypto.openssl_privatekey_pipe',
  summary: 'Generate a private key, without a file.',
  description:
    'Needs `openssl` on the host. The task returns the key; `content` says which one there is already. Nothing is kept on the host. The result has the key: set `no_log`.',
  params,
  rules: { requiredIf: [{ param: 'type', is: 'ECC', needs: ['curve'] }] },
  prepare(task): Task {
    if (task.content === undefined || task.content === '') return { ...task, content: undefined } as Task;
    const content = task.content_base64 ? Buffer.from(task.content, 'base64').toString('latin1') : task.content;
    if (!content.includes('-----BEGIN '))
      throw new ControllerError('the content is not a key in PEM format; a raw key cannot be compared');
    return { ...task, content };
  },
  ask: (task) => ({ key: task.content === undefined ? nothing() : privateKey(sourceOf(task)) }),
  plan({ key: answer }, task): Plan {
    const wrong = wronglyGiven(task) ?? (answer && unreadable(answer));
    if (wrong !== undefined) return { failed: wrong };
    const key = keyGiven(answer, task);
    const { does, why } = decided(key, task, 'content');
    if (does === 'fail') return { failed: why };
    if (does === 'keep') return { changes: [] };
    const format = wantedFormat(task);
    if (does === 'convert')
      return {
        changes: printChanges(
          [{ what: 'format', from: key.format ?? null, to: format }],
          converting(key, task, format, sourceOf(task)),
        ),
      };
    return {
      changes: printChanges(
        [{ what: 'private key', from: described(key), to: kindText(wantedKind(task)) }],
        generating(task, format, { withPublic: true }),
      ),
    };
  },
  result({ before, params: task, changes, replies: [reply] }) {
    const key = keyGiven(before.key, task);
    if (changes.length === 0)
      return { ...aboutKey(key.publicKey, task), ...(task.return_current_key && { privatekey: task.content }) };
    if (reply === undefined) return withLacking(aboutKey(undefined, task), ['fingerprint', 'privatekey']);
    const { printed, publicKey } = readPrinted(reply);
    return {
      ...aboutKey(publicKey ?? key.publicKey, task),
      privatekey: wantedFormat(task) === 'raw' ? printed.toString('base64') : printed.toString('utf8'),
    };
  },
  returns: {
    privatekey: 'The key, if it was made or `return_current_key` is set; base64 if it is raw.',
    type: 'The kind of key.',
    size: 'The number of bits.',
    curve: 'The curve of an ECC key.',
    fingerprint: "The public key's checksums, by algorithm.",
  },
  examples: [
    {
      title: 'Make a key that is kept in a variable',
      yaml: 'openssl_privatekey_pipe:\n  type: Ed25519\nregister: made\nno_log: true',
      runs: { no: 'openssl may be missing on a test host' },
    },
  ],
});

const sourceOf = (task: Task): KeySource => ({ content: task.content ?? '', passphrase: passphraseOf(task) });

/** The key in the task: its text says in which format it is. */
function keyGiven(answer: Parameters<typeof readPrivateKey>[0] | undefined, { content = '' }: Task): PrivateKey {
  if (answer === undefined) return { exists: false };
  const isPkcs8 = /-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----/.test(content);
  return {
    ...readPrivateKey(answer),
    format: isPkcs8 ? 'pkcs8' : 'pkcs1',
    encrypted: /-----BEGIN ENCRYPTED |^Proc-Type: 4,ENCRYPTED/m.test(content),
  };
}

const PUBLIC = '-----BEGIN PUBLIC KEY-----';

/** The key that was printed and, if it is new, its public half. */
function readPrinted({ stdout }: Reply): { readonly printed: Buffer; readonly publicKey: Uint8Array | undefined } {
  const all = Buffer.from(stdout);
  const end = all.indexOf(PUBLIC);
  if (end < 0) return { printed: all, publicKey: undefined };
  return { printed: all.subarray(0, end), publicKey: fromPem(all.subarray(end).toString('latin1'), 'PUBLIC KEY') };
}

function aboutKey(publicKey: Uint8Array | undefined, task: Task) {
  const kind = (publicKey && kindOf(publicKey)) ?? wantedKind(task);
  return {
    type: kind.type,
    size: kind.size,
    ...(kind.curve !== undefined && { curve: kind.curve }),
    ...(publicKey !== undefined && { fingerprint: fingerprints(publicKey) }),
  };
}
