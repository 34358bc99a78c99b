import { defineTask, hasHash, hash, htpasswdHash, type Params, type Plan, type TaskContext } from '../src/sdk.ts';
import {
  askEdit,
  type EditState,
  inTheWay,
  isFile,
  openEdited,
  planEdit,
  thenAskEdit,
} from './shared/editing/edit-file.ts';
import { attributeParams } from './shared/files/attributes.ts';
import { followedInfo } from './shared/files/path-info.ts';
import { partThings } from './shared/retire/paths.ts';

const params = {
  path: { type: 'path', required: true, aliases: ['dest', 'destfile'], doc: 'The password file.' },
  name: { type: 'str', required: true, aliases: ['username'], doc: 'The user.' },
  password: { type: 'str', secret: true, doc: "The user's password; required if the user should be present." },
  crypt_scheme: {
    type: 'str',
    default: 'apr_md5_crypt',
    aliases: ['hash_scheme'],
    doc: 'How to hash a new password: `apr_md5_crypt`, `bcrypt`, `sha256_crypt`, `sha512_crypt`, `md5_crypt`, `ldap_sha1` or `plaintext`. An existing hash of the same password is kept, even if its scheme differs.',
  },
  state: {
    type: 'str',
    default: 'present',
    choices: ['present', 'absent'],
    doc: 'Whether the user should be in the file.',
  },
  create: { type: 'bool', default: true, doc: 'Create the file if it does not exist.' },
  ...attributeParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.htpasswd',
  summary: 'Manage a user in a password file for HTTP basic authentication.',
  description:
    'Hashes are computed and compared on the controller: the host needs no package and never receives the password. A hash made with DES cannot be compared, so it is replaced.',
  params,
  rules: { requiredIf: [{ param: 'state', is: 'present', needs: ['password'] }] },
  ask: (task) => askEdit(task, { secret: true }),
  thenAsk: (state, task) => thenAskEdit(state, task),
  plan(state, task, context) {
    const wrong = wrongName(task.name);
    if (wrong !== undefined) return { failed: wrong };
    const blocked = inTheWay(state, task);
    if (blocked !== undefined) return blocked;
    return task.state === 'present' ? havingUser(state, task, context) : withoutUser(state, task, context);
  },
  result: ({ before, state, params: task, changes }) => ({
    ...followedInfo(state.before),
    msg: message(before, task, changes.length > 0),
  }),
  retire: ({ path, name, state }) =>
    partThings(path, {
      name: `user ${name}`,
      ...(state === 'present' && { absence: { args: { path, name, state: 'absent' } } }),
    }),
  returns: { msg: 'what was done' },
  examples: [
    {
      title: 'Let a user read the metrics',
      yaml: 'htpasswd:\n  path: /etc/retrace-metrics.htpasswd\n  name: prometheus\n  password: "{{ \'secret\' }}"\n  mode: "0640"',
    },
    {
      title: 'Remove a user',
      yaml: 'htpasswd:\n  path: /etc/retrace-gone.htpasswd\n  name: bob\n  state: absent',
    },
  ],
});

const wrongName = (name: string): string | undefined =>
  name === '' || /[:\n\r\t]/.test(name) || name.length > 255
    ? `the name '${name}' is not valid: it must not be empty, be longer than 255 characters, or contain a colon or a newline`
    : undefined;

/** The hash of the user, if the user is in the file. The first line for a user counts, as in Apache. */
const hashOf = (text: string, name: string): string | undefined =>
  text
    .split('\n')
    .find((line) => line.startsWith(`${name}:`))
    ?.slice(name.length + 1)
    .split(':')[0]
    ?.trimEnd();

function havingUser(state: EditState, task: Task, context: TaskContext): Plan {
  if (!isFile(state) && !task.create) return { failed: `Destination ${task.path} does not exist` };
  const opened = openEdited(state);
  const { password = '' } = task;
  const now = hashOf(opened.text, task.name);
  const right = now !== undefined && hasHash(password, now) === true;
  const to = right ? now : htpasswdHash(password, task.crypt_scheme, saltFor(task, context));
  if (to === undefined)
    return {
      failed: `the scheme '${task.crypt_scheme}' is not supported: use apr_md5_crypt, bcrypt, sha256_crypt, sha512_crypt, md5_crypt, ldap_sha1 or plaintext`,
    };
  const text = right ? opened.text : withUser(opened.text, task.name, to);
  return planEdit(state, task, { opened, text }, untold(context), {
    ...(right
      ? {}
      : { what: `user ${task.name}`, from: now === undefined ? null : 'another password', to: 'the password' }),
  });
}

function withoutUser(state: EditState, task: Task, context: TaskContext): Plan {
  if (!isFile(state)) return { changes: [], warnings: [`${task.path} does not exist`] };
  const opened = openEdited(state);
  const lines = opened.text.split('\n').filter((line) => !line.startsWith(`${task.name}:`));
  return planEdit(state, task, { opened, text: lines.join('\n') }, untold(context), {
    ...(hashOf(opened.text, task.name) === undefined ? {} : { what: `user ${task.name}`, from: 'present', to: null }),
  });
}

/** Hashes are not shown in diffs. */
const untold = (context: TaskContext): TaskContext => ({ ...context, diff: false });

function withUser(text: string, name: string, hashed: string): string {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const at = lines.findIndex((line) => line.startsWith(`${name}:`));
  const line = `${name}:${hashed}`;
  const kept = lines.filter((one, index) => index === at || !one.startsWith(`${name}:`));
  return `${(at < 0 ? [...kept, line] : kept.map((one, index) => (index === at ? line : one))).join('\n')}\n`;
}

/**
 * A salt need not be secret, but no two hashes should share one. It must not depend on the password: it can be read in
 * the file, and would be a second hash of the password that is quickly tried out.
 */
function saltFor({ path, name }: Task, { host, now }: TaskContext): string {
  const digest = hash('sha256', Buffer.from(JSON.stringify([host, path, name, now.getTime()])));
  const bytes = digest.match(/../g) ?? [];
  return bytes
    .map((byte) => SALT_CHARACTERS[Number.parseInt(byte, 16) % 64])
    .join('')
    .slice(0, 22);
}

const SALT_CHARACTERS = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function message(before: EditState, task: Task, changed: boolean): string {
  const { path, name, state } = task;
  if (state === 'absent') return changed ? `Remove ${name}` : `${name} not present`;
  if (!isFile(before)) return `Created ${path} and added ${name}`;
  const now = hashOf(openEdited(before).text, name);
  if (now !== undefined && hasHash(task.password ?? '', now) === true) return `${name} already present`;
  return now === undefined ? `Add ${name}` : `Update ${name}`;
}
