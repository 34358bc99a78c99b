import {
  blurs,
  type Change,
  defineTask,
  followed,
  joined,
  type Params,
  parentOf,
  type SshKey,
  script,
  sh,
  sshKey,
  stat,
  withLacking,
  writeFile,
} from '../src/sdk.ts';
import { attributeChanges, attributeParams, unknownAccount } from './shared/files/attributes.ts';
import { askAccounts } from './shared/files/copy-file.ts';
import { pathThing } from './shared/retire/paths.ts';

const params = {
  path: {
    type: 'path',
    required: true,
    doc: 'The path of the private key; the public key has the same path with `.pub` appended.',
  },
  state: { type: 'str', default: 'present', choices: ['absent', 'present'], doc: 'Whether the key pair should exist.' },
  type: { type: 'str', default: 'rsa', choices: ['rsa', 'dsa', 'rsa1', 'ecdsa', 'ed25519'], doc: 'The kind of key.' },
  size: { type: 'int', doc: 'The number of bits (default: 4096 for rsa, 256 for ecdsa); fixed for other types.' },
  comment: { type: 'str', doc: 'The comment in the public key.' },
  force: { type: 'bool', default: false, doc: 'Generate a new pair every time.' },
  regenerate: {
    type: 'str',
    default: 'partial_idempotence',
    choices: ['never', 'fail', 'partial_idempotence', 'full_idempotence', 'always'],
    doc: 'When to regenerate an existing pair. `never`: never; `fail`: never, but fail if the type or size differs; `partial_idempotence`: if they differ; `full_idempotence`: if they differ or the key cannot be read; `always`: every time.',
  },
  passphrase: { type: 'str', secret: true, doc: 'Not supported: keys used by programs have no passphrase.' },
  private_key_format: {
    type: 'str',
    default: 'auto',
    choices: ['auto', 'pkcs1', 'pkcs8', 'ssh'],
    ignored: 'keys are always in OpenSSH format',
  },
  backend: {
    type: 'str',
    default: 'auto',
    choices: ['auto', 'cryptography', 'opensshbin'],
    ignored: "the host's ssh-keygen is always used",
  },
  ...attributeParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.crypto.openssh_keypair',
  summary: 'Generate an ssh key pair, once.',
  params,
  ask: (task) => ({
    key: sshKey(task.path),
    file: stat(task.path),
    publicFile: stat(`${task.path}.pub`),
    parent: stat(parentOf(task.path)),
    ...askAccounts(task),
  }),
  plan(state, task) {
    const { key } = state;
    const effects = [blurs(`entry:${task.path}`, `entry:${task.path}.pub`)];
    const finish = (changes: readonly Change[]) => ({
      changes: changes.map((change) => ({ ...change, effects, paths: [task.path, `${task.path}.pub`] })),
    });
    if (task.state === 'absent')
      return finish(
        state.file.exists || state.publicFile.exists
          ? [
              {
                what: 'key pair',
                from: describe(key),
                to: null,
                commands: [sh`rm -f -- ${task.path} ${`${task.path}.pub`}`],
              },
            ]
          : [],
      );
    if (task.passphrase !== undefined && task.passphrase !== '')
      return {
        failed:
          'passphrases are not supported: ssh-keygen takes them only as an argument, which every user on the host can read',
      };
    const wrong = unknownAccount(task, state);
    if (wrong !== undefined) return { failed: wrong };
    if (followed(state.parent)?.kind !== 'directory')
      return { failed: `The directory ${parentOf(task.path)} does not exist or the path is not a directory.` };
    const attributes = () =>
      attributeChanges(task.path, followed(state.file)!, { mode: '0600', ...given(task) }, state);
    const reason = renewal(key, task);
    if (reason === 'fail')
      return {
        failed: `the key ${task.path} is ${describe(key)}, not ${wanted(task)}; set \`regenerate\` to replace it`,
      };
    if (reason === 'new') return finish([makeChange(key, task)]);
    // ssh-keygen refuses a key that others can read, so other differences can be seen only once its mode is right.
    if (key.broken !== undefined && /too open|UNPROTECTED/.test(key.broken))
      return { ...finish(attributes()), more: true };
    if (key.broken !== undefined) return { failed: `Unable to read the key ${task.path}: ${key.broken}` };
    return finish([...publicChange(key, task), ...attributes()]);
  },
  result: ({ state: { key }, params: task, changes, context }) =>
    context.check && changes.some(({ what, to }) => what === 'key pair' && to !== null)
      ? foreseen(task)
      : told(key, task),
  retire: ({ path, state }) =>
    [path, `${path}.pub`].map((one) => pathThing(one, { puts: state === 'present', whole: true })),
  returns: {
    filename: 'the path of the private key',
    size: 'the number of bits',
    type: 'the kind of key',
    fingerprint: 'the fingerprint of the key',
    public_key: 'the public key, without its comment',
    comment: 'the comment in the public key',
  },
  examples: [
    {
      title: 'Generate a key for root once, and never again',
      yaml: 'openssh_keypair:\n  path: /root/retrace_id_ed25519\n  type: ed25519\n  comment: off@example.org\n  regenerate: fail',
    },
    { title: 'Remove a key', yaml: 'openssh_keypair:\n  path: /root/retrace_id_gone\n  state: absent' },
  ],
});

const told = (key: SshKey, task: Task) => ({
  filename: task.path,
  size: key.size,
  type: key.type,
  fingerprint: key.fingerprint,
  public_key: key.derived ?? key.published?.split(' ').slice(0, 2).join(' ') ?? '',
  comment: key.published?.split(' ').slice(2).join(' ') ?? task.comment ?? '',
});

/** A key that is yet to be generated. */
function foreseen(task: Task) {
  const size = sizeOf(task);
  const known = {
    filename: task.path,
    type: task.type,
    comment: task.comment ?? '',
    ...(size !== undefined && { size }),
  };
  return withLacking(known, ['fingerprint', 'public_key', ...(size === undefined ? ['size'] : [])]);
}

const given = ({ mode, owner, group }: Task) => ({ owner, group, ...(mode !== undefined && { mode }) });
const sizeOf = ({ type, size }: Task): number | undefined =>
  size ?? ({ rsa: 4096, rsa1: 4096, dsa: 1024, ecdsa: 256, ed25519: undefined } as const)[type];
const wanted = (task: Task): string => [task.type, sizeOf(task)].filter((word) => word !== undefined).join(' ');
const describe = (key: SshKey): string =>
  key.broken === undefined
    ? [key.type, key.size, key.fingerprint].filter((word) => word !== undefined).join(' ')
    : 'unreadable';

function renewal(key: SshKey, task: Task): 'keep' | 'new' | 'fail' {
  if (!key.exists || task.force || task.regenerate === 'always') return 'new';
  if (task.regenerate === 'never') return 'keep';
  if (key.broken !== undefined) return task.regenerate === 'full_idempotence' ? 'new' : 'keep';
  const size = sizeOf(task);
  const same = key.type === task.type && (size === undefined || key.size === size);
  if (same) return 'keep';
  return task.regenerate === 'fail' ? 'fail' : 'new';
}

function makeChange(key: SshKey, task: Task): Change {
  const size = sizeOf(task);
  const bits = size === undefined ? [] : ['-b', size];
  const owner = [task.owner ?? '', task.group === undefined ? '' : `:${task.group}`].join('');
  const lines = [
    script`umask 077`,
    script`rm -f -- ${task.path} ${`${task.path}.pub`}`,
    script`ssh-keygen -q -t ${task.type} ${bits} -N '' -C ${task.comment ?? ''} -f ${task.path} </dev/null`,
    script`chmod 0644 -- ${`${task.path}.pub`}`,
    ...(owner === '' ? [] : [script`chown -- ${owner} ${task.path} ${`${task.path}.pub`}`]),
    ...(task.mode === undefined ? [] : [script`chmod -- ${task.mode} ${task.path}`]),
  ];
  return {
    what: 'key pair',
    from: key.exists ? describe(key) : null,
    to: wanted(task),
    commands: [
      sh`${joined(
        lines,
        script` &&
`,
      )}`,
    ],
    ...(task.force || task.regenerate === 'always' ? { repeats: true as const } : {}),
  };
}

/** Creates the public half if it is missing, belongs to a different key, or has a different comment. */
function publicChange(key: SshKey, task: Task): readonly Change[] {
  const comment = task.comment ?? key.published?.split(' ').slice(2).join(' ') ?? '';
  const line = [key.derived, comment].filter((word) => word !== '').join(' ');
  if (key.derived === undefined || key.published === line) return [];
  return [
    {
      what: 'public key',
      from: key.published ?? null,
      to: line,
      commands: [
        writeFile({
          path: `${task.path}.pub`,
          content: `${line}\n`,
          mode: 0o644,
          owner: task.owner,
          group: task.group,
        }),
      ],
    },
  ];
}
