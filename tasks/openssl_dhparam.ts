import { defineTask, nothing, type Plan, predicts, script, shellAnswer, tidyPath } from '../src/sdk.ts';
import { attributeParams } from './shared/files/attributes.ts';
import { backupFile } from './shared/files/copy-file.ts';
import { wholeFile } from './shared/retire/paths.ts';
import { integerOf, partsOf, readDer } from './shared/tls/der.ts';
import { fromPem } from './shared/tls/pem.ts';
import { NEEDS_OPENSSL } from './shared/tls/private-key.ts';
import { tlsText } from './shared/tls/request.ts';
import { adjustAttributes, askTlsFile, cannotWrite, generate, remove, tlsFileParams } from './shared/tls/tls-file.ts';

const params = {
  path: { type: 'path', required: true, doc: 'The file for the parameters.' },
  size: { type: 'int', default: 4096, doc: 'The number of bits; 4096 can take many minutes.' },
  return_content: { type: 'bool', default: false, doc: 'Return the parameters themselves, as `dhparams`.' },
  ...tlsFileParams,
  select_crypto_backend: {
    type: 'str',
    default: 'auto',
    choices: ['auto', 'cryptography', 'openssl'],
    ignored: "the host's openssl is always used",
  },
  ...attributeParams,
} as const;

export default defineTask({
  name: 'community.crypto.openssl_dhparam',
  summary: 'Generate Diffie-Hellman parameters, once.',
  description: 'Needs `openssl` on the host. Existing parameters are kept if they have the wanted size.',
  params,
  ask: (task) => ({
    ...askTlsFile(task),
    now: task.state === 'present' ? tlsText(tidyPath(task.path)) : nothing(),
  }),
  plan(state, task): Plan {
    const question = tlsText(tidyPath(task.path));
    if (task.state === 'absent') return remove(state, task, 'DH parameters', [predicts(question, shellAnswer(''))]);
    const wrong = cannotWrite(state, task);
    if (wrong !== undefined) return { failed: wrong };
    if (task.size < 512) return { failed: `${task.size} bits are too few: openssl needs at least 512` };
    const text = state.now?.stdout ?? '';
    const size = sizeIn(text);
    if (size === task.size && !task.force) return { changes: adjustAttributes(state, task) };
    return {
      changes: generate(state, task, {
        told: [{ what: 'DH parameters', from: described(text, size), to: `${task.size} bits` }],
        content: {
          // Its progress, thousands of dots, would hide the reason of a failure.
          script: script`${NEEDS_OPENSSL}LC_ALL=C openssl dhparam ${task.size} 2>/dev/null`,
          stdin: undefined,
        },
        effects: [predicts(question, shellAnswer(`${FORESEEN}${task.size}`))],
        repeats: task.force,
      }),
    };
  },
  result: ({ state, params: task, replies }) => ({
    filename: task.path,
    size: task.size,
    ...(task.return_content && state.now !== undefined ? { dhparams: state.now.stdout } : {}),
    ...backupFile(replies, task.backup),
  }),
  retire: wholeFile,
  returns: {
    filename: 'The file.',
    size: 'The number of bits.',
    dhparams: 'The parameters, if `return_content` is set.',
    backup_file: 'The path of the backup.',
  },
  examples: [
    {
      title: 'Generate parameters for a mail server',
      yaml: 'openssl_dhparam:\n  path: /etc/ssl/retrace-dh.pem\n  size: 2048',
      runs: { no: 'takes too long' },
    },
    { title: 'Remove parameters', yaml: 'openssl_dhparam:\n  path: /etc/ssl/retrace-gone.pem\n  state: absent' },
  ],
});

const FORESEEN = 'foreseen ';

/** The number of bits of the parameters in a text; undefined if there are none. */
function sizeIn(text: string): number | undefined {
  if (text.startsWith(FORESEEN)) return Number(text.slice(FORESEEN.length));
  const bytes = fromPem(text, 'DH PARAMETERS', 'X9.42 DH PARAMETERS');
  const [prime] = partsOf((bytes && readDer(bytes)) ?? { body: new Uint8Array() });
  return prime === undefined ? undefined : integerOf(prime).toString(2).length;
}

function described(text: string, size: number | undefined): string | null {
  if (text === '') return null;
  return size === undefined ? 'unreadable' : `${size} bits`;
}
