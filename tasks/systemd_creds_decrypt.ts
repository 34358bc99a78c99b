import { defineTask, type Params, type Plan, sh, shell } from '../src/sdk.ts';
import { unanswered } from './shared/commands/unanswered.ts';
import { credentialOptions, credentialParams, SYSTEMD_CREDS } from './shared/units/credentials.ts';

const params = {
  name: { type: 'str', doc: 'The name that the credential must have.' },
  secret: { type: 'str', required: true, doc: 'What to decrypt.' },
  ...credentialParams,
  newline: { type: 'bool', default: false, doc: 'Add a line end, if there is none.' },
  transcode: {
    type: 'str',
    choices: ['base64', 'unbase64', 'hex', 'unhex'],
    doc: 'How to encode or decode the secret before it is returned.',
  },
} as const;

export default defineTask({
  name: 'community.general.systemd_creds_decrypt',
  summary: 'Decrypt a credential that systemd encrypted on a host.',
  description: 'Needs systemd 250 or newer. It changes nothing. The result has the secret: set `no_log`.',
  params,
  looks: () => true,
  ask: (task) => ({ told: askDecrypted(task) }),
  plan({ told }): Plan {
    const failure = unanswered(told, SYSTEMD_CREDS);
    return failure === undefined ? { changes: [] } : { failed: failure };
  },
  result: ({ before: { told }, params: { newline } }) => ({
    value: newline && !told.stdout.endsWith('\n') ? `${told.stdout}\n` : told.stdout,
  }),
  returns: { value: 'The secret.' },
  examples: [
    {
      title: 'Decrypt a password',
      yaml: 'systemd_creds_decrypt:\n  name: db\n  secret: "{{ encrypted.value }}"\nno_log: true\nvars:\n  encrypted: {value: a credential}',
      runs: { no: 'needs a credential' },
    },
  ],
});

const askDecrypted = (task: Params<typeof params>) =>
  shell(
    {
      ...sh`command -v systemd-creds >/dev/null || exit 127
LC_ALL=C systemd-creds decrypt ${[
        ...credentialOptions(task),
        // Not all versions of systemd-creds heed `--newline=yes` here.
        '--newline=no',
        ...(task.transcode === undefined ? [] : [`--transcode=${task.transcode}`]),
      ]} - -`,
      input: task.secret,
      about: ['data:/var/lib/systemd/credential.secret', 'by:package:systemd'],
    },
    { secret: true },
  );
