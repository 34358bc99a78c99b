import {
  type Content,
  content,
  decodeText,
  defineTask,
  type Effect,
  nothing,
  type Params,
  type Plan,
  predicts,
  type ShellAnswer,
  shellAnswer,
  tidyPath,
  withLacking,
} from '../src/sdk.ts';
import { attributeParams } from './shared/files/attributes.ts';
import { backupFile } from './shared/files/copy-file.ts';
import { wholeFile } from './shared/retire/paths.ts';
import {
  canBeRaw,
  foreseenKey,
  type KeySource,
  type PrivateKey,
  privateKey,
  readPrivateKey,
  unreadable,
} from './shared/tls/private-key.ts';
import { fingerprints } from './shared/tls/public-key.ts';
import { adjustAttributes, askTlsFile, cannotWrite, generate, remove, tlsFileParams } from './shared/tls/tls-file.ts';
import {
  converting,
  decided,
  described,
  generating,
  isForced,
  kindText,
  newKeyParams,
  passphraseOf,
  wantedFormat,
  wantedKind,
  wronglyGiven,
} from './shared/tls/wanted-key.ts';

const params = {
  path: { type: 'path', required: true, doc: 'The file for the key.' },
  ...newKeyParams,
  return_content: { type: 'bool', default: false, doc: 'Return the key itself, as `privatekey`.' },
  ...tlsFileParams,
  ...attributeParams,
  mode: { type: 'mode', default: '0600', doc: "The permission bits, for example `'0600'` or `u=rw,g=r`." },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.crypto.openssl_privatekey',
  summary: 'Generate a private key, once.',
  description:
    'Needs `openssl` on the host, where the key is generated and stays. The passphrase is sent to it on stdin only. An existing key that is protected by another passphrase is replaced unless `regenerate` says otherwise, so consider `backup`.',
  params,
  rules: { requiredIf: [{ param: 'type', is: 'ECC', needs: ['curve'] }] },
  ask: (task) => ({
    ...askTlsFile(task),
    key: task.state === 'present' ? askKey(task) : nothing(),
    text: task.return_content && task.state === 'present' ? content(tidyPath(task.path), { secret: true }) : nothing(),
  }),
  plan(state, task): Plan {
    if (task.state === 'absent') return remove(state, task, 'private key', foreseen(task, absentAnswer));
    const now = state.key ?? absentAnswer;
    const wrong = wronglyGiven(task) ?? cannotWrite(state, task) ?? unreadable(now);
    if (wrong !== undefined) return { failed: wrong };
    const key = readPrivateKey(now);
    const { does, why } = decided(key, task, task.path);
    if (does === 'fail') return { failed: why };
    if (does === 'keep') return { changes: adjustAttributes(state, task) };
    const format = wantedFormat(task);
    if (does === 'convert')
      return {
        changes: generate(state, task, {
          told: [{ what: 'format', from: key.format ?? null, to: format }],
          content: converting(key, task, format, sourceOf(task)),
          effects: foreseen(task, {
            ...now,
            stdout: now.stdout.replace(/^\S+/, format),
          }),
        }),
      };
    return {
      changes: generate(state, task, {
        told: [{ what: 'private key', from: described(key), to: kindText(wantedKind(task)) }],
        content: generating(task, format),
        effects: foreseen(
          task,
          foreseenKey(task.path, wantedKind(task), { format, encrypted: passphraseOf(task) !== undefined }),
        ),
        repeats: isForced(task),
      }),
    };
  },
  result: ({ state, params: task, replies }) => {
    if (state.key === undefined) return { filename: task.path, ...backupFile(replies, task.backup) };
    const key = readPrivateKey(state.key);
    const kind = key.kind ?? wantedKind(task);
    return told(key, {
      filename: task.path,
      type: kind.type,
      size: kind.size,
      ...(kind.curve === undefined ? {} : { curve: kind.curve }),
      ...(key.publicKey === undefined ? {} : { fingerprint: fingerprints(key.publicKey) }),
      ...(state.text?.bytes === undefined ? {} : { privatekey: keyText(key, state.text) }),
      ...backupFile(replies, task.backup),
    });
  },
  retire: wholeFile,
  returns: {
    filename: 'The file.',
    type: 'The kind of key.',
    size: 'The number of bits.',
    curve: 'The curve of an ECC key.',
    fingerprint: "The public key's checksums, by algorithm.",
    privatekey: 'The key, if `return_content` is set.',
    backup_file: 'The path of the backup.',
  },
  examples: [
    {
      title: 'Generate an RSA key that programs can read without a passphrase',
      yaml: 'openssl_privatekey:\n  path: /etc/ssl/private/retrace-web.pem\n  size: 2048\n  owner: root\n  group: root',
      runs: { no: 'openssl may be missing on a test host' },
    },
    {
      title: 'Generate a key on a curve, protected by a passphrase, and fail if there is another key',
      yaml: 'openssl_privatekey:\n  path: /etc/ssl/private/retrace-ca.pem\n  type: ECC\n  curve: secp384r1\n  passphrase: "{{ ca_passphrase }}"\n  regenerate: fail\nvars:\n  ca_passphrase: not-a-good-one',
      runs: { no: 'openssl may be missing on a test host' },
    },
  ],
});

const sourceOf = (task: Task): KeySource => ({ path: tidyPath(task.path), passphrase: passphraseOf(task) });

const askKey = (task: Task) => privateKey(sourceOf(task), canBeRaw(task.type) ? task.type : undefined);

/** Other types ask about the key without knowing its kind. */
const foreseen = (task: Task, answer: ShellAnswer): readonly Effect[] => [
  predicts(askKey(task), answer),
  predicts(privateKey(sourceOf(task)), answer),
];

const absentAnswer: ShellAnswer = shellAnswer('absent\n');

/** The result; in a check, nobody knows yet what depends on the key itself. */
const told = (key: PrivateKey, result: Readonly<Record<string, unknown>>) =>
  key.foreseen === true
    ? withLacking(
        Object.fromEntries(Object.entries(result).filter(([name]) => name !== 'fingerprint' && name !== 'privatekey')),
        ['fingerprint', ...('privatekey' in result ? ['privatekey'] : [])],
      )
    : result;

/** Bytes that are not text are returned as base64. */
const keyText = ({ format }: PrivateKey, { bytes = new Uint8Array() }: Content): string =>
  format === 'raw' ? Buffer.from(bytes).toString('base64') : decodeText(bytes);
