import {
  blurs,
  type Change,
  type Command,
  type Content,
  content,
  defineTask,
  encodeText,
  nothing,
  type Params,
  type Plan,
  predicts,
  type ShellAnswer,
  sh,
  shell,
} from '../src/sdk.ts';
import { keyAtUrl, keyBytes } from './shared/apt/key-at-url.ts';
import { type PublicKey, publicKeys } from './shared/apt/openpgp.ts';

const params = {
  id: {
    type: 'str',
    doc: "The key's ID: preferably its fingerprint (40 digits), or the last 16 or 8 digits of that. If the key is there, it is not fetched. Required for `absent` and `keyserver`.",
  },
  data: { type: 'str', doc: 'The key itself, ASCII-armored.' },
  file: { type: 'path', doc: 'A file on the host that contains the key.' },
  url: { type: 'str', doc: 'A URL that the host fetches the key from, with curl.' },
  keyserver: { type: 'str', doc: 'A keyserver that the host fetches the key from.' },
  keyring: {
    type: 'path',
    doc: 'The keyring file (default: `/etc/apt/trusted.gpg`; a key counts as present if any of the keyrings that apt always trusts has it).',
  },
  validate_certs: { type: 'bool', default: true, doc: 'Whether the certificate of the `url` must be valid.' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'present'],
    doc: 'Whether the key should be there.',
  },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'ansible.builtin.apt_key',
  summary: 'Manage the keys that apt trusts for every repository (apt-key).',
  description:
    'Deprecated by apt: such a key may sign any package of any repository, and Debian 13 no longer has `apt-key`. Use `deb822_repository` with `signed_by` instead; it fetches the key as well. Changes need `apt-key` and `gpg` on the host. An expired key counts as missing, unless the new one has expired as well.',
  params,
  rules: {
    mutuallyExclusive: [['data', 'file', 'keyserver', 'url']],
    requiredOneOf: [['id', 'data', 'file', 'url']],
    requiredIf: [{ param: 'state', is: 'absent', needs: ['id'] }],
    requiredBy: { keyserver: ['id'] },
  },
  ask: (task) => ({
    keyrings: keyringsOf(task),
    file: task.file === undefined || task.state === 'absent' ? nothing() : content(task.file),
    fetched: task.url === undefined || idOf(task) !== undefined ? nothing() : fetching(task, task.url),
  }),
  // With an ID, the key is fetched only if it is missing.
  thenAsk: (state, task, context) => ({
    needed:
      task.url !== undefined &&
      task.state === 'present' &&
      idOf(task) !== undefined &&
      isMissing(state, task, context.now)
        ? fetching(task, task.url)
        : nothing(),
    tools: isUnsettled(state, task, context.now) ? askTools : nothing(),
  }),
  plan(state, task, { now }): Plan {
    const id = idOf(task);
    if (task.id !== undefined && id === undefined)
      return { failed: `Invalid key_id: ${task.id} does not have 8, 16 or 40 hexadecimal digits` };
    if (task.state === 'absent') return removal(state, task, id ?? '');
    const fetched = state.fetched ?? state.needed;
    if (fetched !== undefined && fetched.code !== 0)
      return { failed: `the key ${task.url} cannot be fetched: ${fetched.stderr.trim()}` };
    if (id !== undefined && !isMissing(state, task, now)) return { changes: [] };
    if (task.keyserver !== undefined) return reception(state, task, task.keyserver, id ?? '');
    const source = sourceOf({ ...state, fetched }, task);
    if (source === undefined)
      return { failed: 'the key is missing, so one of data, file, keyserver and url is needed to add it' };
    const keys = publicKeys(source.bytes);
    if (keys.length === 0) return { failed: `Unable to extract key from ${source.named}: it contains no public key` };
    if (id !== undefined && !keys.some((key) => isKey(key, id)))
      return {
        failed: `${source.named} does not contain the key ${id}, but ${keys.map((key) => key.fingerprint).join(', ')}`,
      };
    return addition(state, task, { ...source, keys, now });
  },
  result: ({ before, state, params: task }) => {
    const key = foundKey(state, task) ?? foundKey(before, task);
    const id = idOf(task) ?? key?.fingerprint ?? '';
    const listed = (of: Answers) => allKeys(of).flatMap((one) => [one, ...one.subkeys.map(bareKey)].map(shortened(id)));
    return {
      before: listed(before),
      after: listed(state),
      fp: key?.fingerprint ?? id,
      id: task.id ?? id,
      key_id: (key?.fingerprint ?? id).slice(-16),
      short_id: (key?.fingerprint ?? id).slice(-8),
    };
  },
  returns: {
    before: 'The IDs of the keys before the change.',
    after: 'The IDs of the keys after the change.',
    fp: 'The fingerprint of the key.',
    id: 'The key ID as given, or as read from the key.',
    key_id: 'The last 16 digits of the fingerprint.',
    short_id: 'The last 8 digits of the fingerprint.',
  },
  examples: [
    {
      title: 'Trust a key that a repository uses, and fetch it only if it is missing',
      yaml: 'apt_key:\n  id: 9FED2BCBDCD29CDF762678CBAED4B06F473041FA\n  url: https://apt.example.org/key.asc\n  keyring: /etc/apt/trusted.gpg.d/example.gpg',
      runs: { no: 'needs the network' },
    },
    {
      title: 'Remove a key',
      yaml: "apt_key:\n  id: '0x9FED2BCBDCD29CDF762678CBAED4B06F473041FA'\n  state: absent",
    },
  ],
});

interface Answers {
  readonly keyrings: ShellAnswer;
  readonly file?: Content | undefined;
  readonly fetched?: ShellAnswer | undefined;
  readonly needed?: ShellAnswer | undefined;
  readonly tools?: ShellAnswer | undefined;
}

/** The ID in capitals, without `0x`; undefined if it is not given or not an ID. */
const idOf = ({ id }: Task): string | undefined =>
  /^(?:0x)?((?:[0-9a-f]{8}){1,2}|[0-9a-f]{40})$/i.exec((id ?? '').replaceAll(' ', ''))?.[1]?.toUpperCase();

const fetching = ({ validate_certs }: Task, url: string) => keyAtUrl(url, { insecure: !validate_certs });

const TRUSTED = '/etc/apt/trusted.gpg';

/** Prints the path of each keyring, and its content as base64. */
const keyringsOf = ({ keyring }: Task) => {
  const files = keyring === undefined ? sh`${TRUSTED} ${TRUSTED}.d/*.gpg ${TRUSTED}.d/*.asc` : sh`${keyring}`;
  return shell({
    ...sh`for f in ${files}; do [ ! -f "$f" ] || { k=$(base64 -w 0 -- "$f") && printf '%s\t%s\n' "$f" "$k"; } || exit; done`,
    about: keyring === undefined ? [`entry:${TRUSTED}`, `path:${TRUSTED}.d`] : [`entry:${keyring}`],
  });
};

const askTools = shell({
  ...sh`command -v apt-key && command -v gpg`,
  about: ['by:package:apt', 'by:package:gnupg', 'by:package:gpg'],
});

/** The keys in the keyrings. In a check, `+` and `-` stand for keys that would be added and removed. */
function allKeys({ keyrings }: Answers): readonly PublicKey[] {
  const lines = keyrings.stdout.split('\n').map((line) => line.split('\t'));
  let keys: readonly PublicKey[] = [];
  for (const [path, value = ''] of lines) {
    if (path === '+') keys = [...keys, bareKey(value)];
    else if (path === '-') keys = keys.filter((key) => !isKey(key, value));
    else keys = [...keys, ...publicKeys(Buffer.from(value, 'base64'))];
  }
  return keys;
}

const bareKey = (fingerprint: string): PublicKey => ({ fingerprint, subkeys: [], expires: undefined });

const isKey = (key: PublicKey, id: string): boolean =>
  [key.fingerprint, ...key.subkeys].some((one) => one.endsWith(id) || id.endsWith(one));

const hasExpired = ({ expires }: PublicKey, now: Date): boolean =>
  expires !== undefined && expires * 1000 <= now.getTime();

/** Whether the key with the given ID has to be added. */
function isMissing(state: Answers, task: Task, now: Date): boolean {
  const id = idOf(task) ?? '';
  return !allKeys(state).some((key) => isKey(key, id) && !hasExpired(key, now));
}

/** Whether a change may be needed, as far as the first answers tell. */
function isUnsettled(state: Answers, task: Task, now: Date): boolean {
  const id = idOf(task);
  if (id !== undefined) return isMissing(state, task, now) === (task.state === 'present');
  const source = sourceOf(state, task);
  return source !== undefined && publicKeys(source.bytes).some((key) => differs(state, key, now));
}

/** Whether the keyrings lack a key, or have only an earlier version of it, which has expired. */
const differs = (state: Answers, wanted: PublicKey, now: Date): boolean =>
  !allKeys(state).some(
    (key) =>
      key.fingerprint === wanted.fingerprint &&
      (!hasExpired(key, now) || (wanted.expires ?? Infinity) <= (key.expires ?? 0)),
  );

interface Source {
  readonly bytes: Uint8Array;
  readonly named: string;
}

function sourceOf({ file, fetched }: Answers, { data, file: path, url }: Task): Source | undefined {
  if (data !== undefined) return { bytes: encodeText(data), named: 'the data' };
  if (path !== undefined) return { bytes: file?.bytes ?? new Uint8Array(), named: path };
  return fetched === undefined ? undefined : { bytes: keyBytes(fetched), named: url ?? '' };
}

/** The key that the task is about, if it is known. */
function foundKey(state: Answers, task: Task): PublicKey | undefined {
  const id = idOf(task);
  if (id !== undefined) return allKeys(state).find((key) => isKey(key, id));
  return publicKeys(sourceOf(state, task)?.bytes ?? new Uint8Array())[0];
}

/** IDs are as long as the given one, but not longer than 16 digits. */
const shortened =
  (id: string) =>
  ({ fingerprint }: PublicKey): string =>
    fingerprint.slice(id.length === 8 ? -8 : -16);

/** Why apt-key cannot make the change, if that is known. */
function lacking({ tools, keyrings }: Answers, { keyring }: Task): string | undefined {
  if (keyring?.endsWith('.asc') === true && keyrings.stdout === '')
    return `apt-key cannot create an armored keyring (${keyring}): choose a name that ends in .gpg`;
  if (tools === undefined || tools.code === 0) return undefined;
  return tools.stdout.trim() === ''
    ? 'apt-key is missing on the host, as it is on Debian 13 and later: use `deb822_repository` with `signed_by` instead'
    : 'gpg is missing on the host: install the gnupg package';
}

const aptKey = ({ keyring }: Task, words: readonly string[]): Command =>
  sh`export LC_ALL=C APT_KEY_DONT_WARN_ON_DANGEROUS_USAGE=1
apt-key ${keyring === undefined ? [] : ['--keyring', keyring]} ${words} >/dev/null`;

const placeOf = ({ keyring }: Task): string => keyring ?? TRUSTED;

function addition(
  state: Answers,
  task: Task,
  { bytes, named, keys, now }: Source & { readonly keys: readonly PublicKey[]; readonly now: Date },
): Plan {
  const missing = keys.filter((key) => differs(state, key, now));
  if (missing.length === 0) return { changes: [] };
  const why = lacking(state, task);
  if (why !== undefined) return { failed: why };
  const commands = [{ ...aptKey(task, ['add', '-']), stdin: bytes }];
  const after = `${placeOf(task)}\t${Buffer.from(bytes).toString('base64')}`;
  return {
    changes: missing.map((key, index) => ({
      what: `key ${key.fingerprint}`,
      from: allKeys(state).some((one) => one.fingerprint === key.fingerprint) ? 'expired' : null,
      to: `in ${placeOf(task)}, from ${named}`,
      commands: index === 0 ? commands : [],
      effects: effectsOf(state, task, after),
    })),
  };
}

function reception(state: Answers, task: Task, server: string, id: string): Plan {
  const why = lacking(state, task);
  if (why !== undefined) return { failed: why };
  const change: Change = {
    what: `key ${id}`,
    from: null,
    to: `in ${placeOf(task)}, from ${server}`,
    commands: [
      { ...aptKey(task, ['adv', '--batch', '--no-tty', '--keyserver', server, '--recv', id]), deadlineMs: 120_000 },
    ],
    effects: effectsOf(state, task, `+\t${id}`),
  };
  return { changes: [change] };
}

function removal(state: Answers, task: Task, id: string): Plan {
  const keys = allKeys(state).filter((key) => isKey(key, id));
  if (keys.length === 0) return { changes: [] };
  const why = lacking(state, task);
  if (why !== undefined) return { failed: why };
  // apt-key does not find a key by the ID of a subkey.
  return {
    changes: keys.map(({ fingerprint }) => ({
      what: `key ${fingerprint}`,
      from: 'present',
      to: null,
      commands: [aptKey(task, ['del', fingerprint])],
      effects: effectsOf(state, task, ...keys.map((key) => `-\t${key.fingerprint}`)),
    })),
  };
}

/** apt-key keeps the previous keyring next to the new one. */
const effectsOf = ({ keyrings }: Answers, task: Task, ...lines: readonly string[]) => [
  predicts(keyringsOf(task), { ...keyrings, stdout: `${keyrings.stdout}${lines.map((line) => `${line}\n`).join('')}` }),
  ...(task.state === 'absent' && task.keyring === undefined
    ? [blurs(`entry:${TRUSTED}`, `entry:${TRUSTED}~`, `path:${TRUSTED}.d`)]
    : [blurs(`entry:${placeOf(task)}`, `entry:${placeOf(task)}~`)]),
];
