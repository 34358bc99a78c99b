import {
  type Change,
  decodeText,
  defineTask,
  exists,
  type Params,
  type Plan,
  reading,
  sh,
  withLacking,
} from '../src/sdk.ts';
import { askTool, toolMissing } from './shared/commands/tool.ts';
import { credentialOptions, credentialParams, SYSTEMD_CREDS } from './shared/units/credentials.ts';

const params = {
  name: { type: 'str', doc: 'The name of the credential, which becomes part of it.' },
  secret: { type: 'str', required: true, secret: true, doc: 'What to encrypt.' },
  not_after: {
    type: 'str',
    doc: 'When the credential becomes invalid: a time that systemd understands, such as `2030-01-01` or `+1y`.',
  },
  ...credentialParams,
  pretty: { type: 'bool', default: false, doc: 'Return a line for a unit file, `SetCredentialEncrypted=`.' },
} as const;

/** With this key systemd encrypts; it makes one if there is none. */
const HOST_KEY = '/var/lib/systemd/credential.secret';

export default defineTask({
  name: 'community.general.systemd_creds_encrypt',
  summary: 'Encrypt a credential for systemd units of a host.',
  description:
    'Needs systemd 250 or newer. The task returns another text each time, so it reports no change; only if systemd has to make its key first, that is one. A check does not encrypt. The secret is sent on stdin.',
  params,
  ask: () => ({ tool: askTool(SYSTEMD_CREDS), key: exists(HOST_KEY) }),
  plan({ tool, key }, task): Plan {
    const missing = toolMissing(tool, SYSTEMD_CREDS);
    return missing === undefined ? { changes: [encrypting(key, task)] } : { failed: missing };
  },
  result: ({ replies: [reply] }) =>
    reply === undefined ? withLacking({}, ['value']) : { value: decodeText(reply.stdout) },
  returns: { value: 'The encrypted credential.' },
  examples: [
    {
      title: 'Encrypt a password for a service',
      yaml: 'systemd_creds_encrypt:\n  name: db\n  secret: "{{ db_password }}"\nregister: encrypted\nvars:\n  db_password: not-a-good-one',
      runs: { no: 'makes a key on a test host' },
    },
  ],
});

function encrypting(hasKey: boolean, task: Params<typeof params>): Change {
  const options = [
    ...credentialOptions(task),
    ...(task.not_after === undefined ? [] : [`--not-after=${task.not_after}`]),
    ...(task.pretty ? ['--pretty'] : []),
  ];
  return {
    what: hasKey ? 'credential' : `key ${HOST_KEY}`,
    from: hasKey ? '' : null,
    to: hasKey ? 'encrypted' : 'present',
    commands: [reading(sh`LC_ALL=C systemd-creds encrypt ${options} - -`, task.secret)],
    repeats: true,
    ...(hasKey && { means: true }),
    effects: [],
  };
}
