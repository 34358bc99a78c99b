import {
  defineTask,
  nothing,
  type Params,
  type Plan,
  type Question,
  type ShellAnswer,
  script,
  sh,
  shell,
  tidyPath,
} from '../src/sdk.ts';
import { toPem } from './shared/tls/pem.ts';
import {
  NEEDS_OPENSSL,
  privateKey,
  readPrivateKey,
  unreadable,
  withKey,
  wrongSource,
} from './shared/tls/private-key.ts';
import { fingerprints, numbersOf } from './shared/tls/public-key.ts';

const params = {
  path: { type: 'path', doc: 'The file with the key, on the host.' },
  content: { type: 'str', secret: true, doc: 'The key itself, instead of its file.' },
  passphrase: { type: 'str', secret: true, doc: 'The passphrase of the key.' },
  return_private_key_data: {
    type: 'bool',
    default: false,
    ignored: 'the private half of a key never leaves the host',
  },
  check_consistency: {
    type: 'bool',
    default: false,
    doc: 'Also test that the private and the public half fit together.',
  },
  select_crypto_backend: {
    type: 'str',
    default: 'auto',
    choices: ['auto', 'cryptography'],
    ignored: "the host's openssl reads the key",
  },
} as const;

type Task = Params<typeof params>;

type Asking = { readonly key: Question<ShellAnswer>; readonly fits: Question<ShellAnswer | undefined> };

export default defineTask({
  name: 'community.crypto.openssl_privatekey_info',
  summary: 'Tell about a private key.',
  description: 'Needs `openssl` on the host. It changes nothing, and returns only the public half of the key.',
  looks: () => true,
  params,
  rules: { mutuallyExclusive: [['path', 'content']], requiredOneOf: [['path', 'content']] },
  ask: (task): Asking => ({
    key: privateKey(sourceOf(task)),
    fits: task.check_consistency ? askFits(task) : nothing(),
  }),
  plan({ key, fits }, task): Plan {
    const wrong = wrongSource(task) ?? unreadable(key);
    if (wrong !== undefined) return { failed: wrong, result: { can_load_key: false, can_parse_key: false } };
    const found = readPrivateKey(key);
    if (!found.exists)
      return { failed: `${task.path} does not exist`, result: { can_load_key: false, can_parse_key: false } };
    if (found.publicKey === undefined)
      return {
        failed: `Cannot read the private key: ${found.broken ?? 'its kind is unknown'}`,
        result: { can_load_key: true, can_parse_key: false },
      };
    const isConsistent = fits === undefined ? undefined : fits.code === 0;
    const result = {
      can_load_key: true,
      can_parse_key: true,
      ...(isConsistent !== undefined && { key_is_consistent: isConsistent }),
      public_key: toPem('PUBLIC KEY', found.publicKey),
      public_key_fingerprints: fingerprints(found.publicKey),
      type: found.kind?.type ?? 'unknown',
      public_data: numbersOf(found.publicKey),
    };
    return isConsistent === false
      ? { failed: 'Private key is not consistent! (See key_is_consistent)', result }
      : { changes: [], result };
  },
  returns: {
    can_load_key: 'Whether the key could be read.',
    can_parse_key: 'Whether it is a private key.',
    key_is_consistent: 'Whether its halves fit together, with `check_consistency`; the task fails otherwise.',
    public_key: 'The public key, in PEM format.',
    public_key_fingerprints: "The public key's checksums, by algorithm.",
    type: 'The kind of key.',
    public_data: 'The numbers that the public key consists of, as text if they have more than 15 digits.',
  },
  examples: [
    {
      title: 'Find out what kind of key a file contains',
      yaml: 'openssl_privatekey_info:\n  path: /etc/ssl/private/retrace-web.key\nregister: key',
      runs: { no: 'needs a key' },
    },
    {
      title: 'Test a key with a passphrase',
      yaml: 'community.crypto.openssl_privatekey_info:\n  path: /etc/ssl/private/retrace-web.key\n  passphrase: "{{ passphrase }}"\n  check_consistency: true\nvars:\n  passphrase: not-a-good-one',
      runs: { no: 'needs a key' },
    },
  ],
});

const sourceOf = ({ path, content, passphrase }: Task) => ({
  path: path === undefined ? undefined : tidyPath(path),
  content,
  passphrase,
});

function askFits(task: Task): Question<ShellAnswer> {
  const source = sourceOf(task);
  const { script: body, stdin } = withKey(
    source,
    (file, options) => script`LC_ALL=C openssl pkey -in ${file} ${options} -check -noout >/dev/null`,
  );
  return shell(
    {
      ...sh`${NEEDS_OPENSSL}${body}`,
      input: stdin,
      about: [...(source.path === undefined ? [] : [`data:${source.path}`]), 'by:package:openssl'],
    },
    { secret: task.passphrase !== undefined || task.content !== undefined },
  );
}
