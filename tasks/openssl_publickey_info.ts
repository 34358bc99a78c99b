import { defineTask, nothing, type Params, type Plan, tidyPath } from '../src/sdk.ts';
import { fromPem } from './shared/tls/pem.ts';
import { fingerprints, kindOf, numbersOf } from './shared/tls/public-key.ts';
import { tlsText } from './shared/tls/request.ts';

const params = {
  path: { type: 'path', doc: 'The file with the key, on the host.' },
  content: { type: 'str', doc: 'The key itself, instead of its file.' },
  select_crypto_backend: {
    type: 'str',
    default: 'auto',
    choices: ['auto', 'cryptography'],
    ignored: 'the controller reads the key',
  },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.crypto.openssl_publickey_info',
  summary: 'Read a public key.',
  description: 'Changes nothing, and needs nothing on the host.',
  looks: () => true,
  params,
  rules: { mutuallyExclusive: [['path', 'content']], requiredOneOf: [['path', 'content']] },
  ask: ({ path }) => ({ file: path === undefined ? nothing() : tlsText(tidyPath(path)) }),
  plan({ file }, task): Plan {
    const text = task.content ?? file?.stdout ?? '';
    if (file !== undefined && file.code !== 0) return { failed: `Cannot read ${task.path}: ${file.stderr.trim()}` };
    if (text === '') return { failed: `${whereOf(task)} does not exist or is empty` };
    const key = fromPem(text, 'PUBLIC KEY');
    const kind = key && kindOf(key);
    if (key === undefined) return { failed: `${whereOf(task)} contains no public key in PEM format` };
    return {
      changes: [],
      result: { fingerprints: fingerprints(key), type: kind?.type ?? 'unknown', public_data: numbersOf(key) },
    };
  },
  returns: {
    fingerprints: "The key's checksums, by algorithm.",
    type: 'The kind of key.',
    public_data: 'The numbers that the key consists of, as text if they have more than 15 digits.',
  },
  examples: [
    {
      title: 'Read a public key',
      yaml: 'openssl_publickey_info:\n  path: /etc/ssl/retrace-web.pub\nregister: key',
      runs: { no: 'needs a key' },
    },
    {
      title: 'Read a public key that is in a variable',
      yaml: 'community.crypto.openssl_publickey_info:\n  content: "{{ key_text }}"\nvars:\n  key_text: in PEM format',
      runs: { no: 'needs a key' },
    },
  ],
});

const whereOf = ({ path }: Task): string => path ?? 'the content';
