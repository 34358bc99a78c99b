import {
  type ArchiveArg,
  type ArchiveState,
  archive,
  type Change,
  type Command,
  ControllerError,
  chmodMode,
  computeMode,
  defineTask,
  download,
  exists,
  followed,
  type HttpRequest,
  type MemberThere,
  memberPrintings,
  nothing,
  type Params,
  type PathState,
  reading,
  type Script,
  type Self,
  script,
  sh,
  showMode,
  stat,
  type TaskContext,
  tarArguments,
  urlLogin,
  withArchive,
  zipMembers,
} from '../src/sdk.ts';
import { type Accounts, attributeParams, unknownAccount } from './shared/files/attributes.ts';
import { askAccounts } from './shared/files/copy-file.ts';
import { followedInfo } from './shared/files/path-info.ts';
import { unpackedEffects } from './shared/files/unpacked.ts';
import { pathThing } from './shared/retire/paths.ts';
import { isUrl } from './shared/text.ts';

const params = {
  src: {
    type: 'path',
    required: true,
    doc: 'The archive, tar (plain or compressed) or zip; with `remote_src`, it can also be a URL, which the host fetches with curl.',
  },
  dest: { type: 'path', required: true, doc: 'The directory to unpack the archive into; it must exist.' },
  remote_src: { type: 'bool', default: false, doc: 'The archive is already on the host.' },
  copy: { type: 'bool', default: true, doc: 'An older parameter; the opposite of `remote_src`.' },
  creates: { type: 'path', doc: 'If this exists, nothing is unpacked.' },
  include: { type: 'list', elements: 'str', default: [], doc: 'Unpack only these members.' },
  exclude: { type: 'list', elements: 'str', default: [], doc: 'Unpack all members except these.' },
  extra_opts: {
    type: 'list',
    elements: 'str',
    default: [],
    doc: 'Additional arguments for tar or unzip; the comparison uses them as well.',
  },
  keep_newer: { type: 'bool', default: false, doc: 'Keep files that are newer than those in the archive.' },
  list_files: { type: 'bool', default: false, doc: 'Return the list of members.' },
  decrypt: { type: 'bool', default: true, doc: 'Decrypt an archive that is encrypted with Ansible Vault.' },
  io_buffer_size: { type: 'int', default: 65536, ignored: 'tar and unzip choose their own buffer sizes' },
  validate_certs: {
    type: 'bool',
    default: true,
    doc: 'Refuse a server whose certificate is not valid for the name in the URL.',
  },
  ...attributeParams,
} as const;

type Task = Params<typeof params> & { readonly bytes: Uint8Array | undefined };

export default defineTask({
  name: 'ansible.builtin.unarchive',
  summary: 'Unpack an archive into a directory.',
  neverAsync: true,
  description:
    'Nothing is unpacked if the directory already contains all members of the archive, with the same content, mode, owner and modification time.',
  params,
  rules: { mutuallyExclusive: [['include', 'exclude']] },
  prepare(given, controller): Task {
    if (isUrl(given.src) && !given.remote_src && given.copy)
      throw new ControllerError(
        `src is a URL (${urlLogin(given.src).url}): set remote_src: true to let the host fetch it`,
      );
    if (given.remote_src || !given.copy) return { ...given, bytes: undefined };
    const found = controller.find('files', given.src);
    if (!found.ok)
      throw new ControllerError(`Could not find or access '${given.src}'; searched: ${found.searched.join(', ')}`);
    const bytes = controller.readFile(found.path, { decrypt: given.decrypt });
    return { ...given, bytes };
  },
  ask: (task, context) => ({
    dest: stat(task.dest),
    created: task.creates === undefined ? nothing() : exists(quotePattern(task.creates)),
    // With `creates`, the archive is read only if that path is missing.
    archive: task.creates === undefined ? archive(argOf(task, context)) : nothing(),
    ...askAccounts(task),
  }),
  thenAsk: ({ created }, task, context) => ({
    archiveNow: created === false ? archive(argOf(task, context)) : nothing(),
  }),
  plan(state, task, context) {
    if (state.created === true) {
      const msg = `skipped, since ${task.creates} exists`;
      return { changes: [], skipped: msg, result: { msg } };
    }
    const known = state.archiveNow ?? state.archive;
    const wrong = unknownAccount(task, state) ?? known?.obstacle ?? known?.failure;
    if (wrong !== undefined) return { failed: wrong, result: { src: task.src, dest: task.dest } };
    const content = known!.differences
      .filter(({ what }) => counts(what, task, state.self, known!.zip))
      .map(({ name, what }) => `${name}: ${what}`);
    const attributes = attributeDifferences(known!, task);
    if (content.length === 0 && attributes.length === 0) return { changes: [] };
    return { changes: [unpackChange(known!, { content, attributes }, state, task, context)] };
  },
  result: ({ before, state, params: task }) => {
    const known = state.archiveNow ?? state.archive ?? before.archiveNow ?? before.archive;
    return {
      src: task.src,
      dest: task.dest,
      ...(known !== undefined && { handler: known.zip ? 'ZipArchive' : 'TgzArchive' }),
      ...(task.list_files && { files: known?.members.map(({ name }) => name) ?? [] }),
      ...followedInfo(state.dest),
    };
  },
  seesTo: ({ dest }) => [pathThing(dest, { puts: false, tree: true })],
  returns: {
    src: 'the archive',
    dest: 'the directory',
    handler: 'the kind of archive',
    files: 'the members of the archive, with `list_files`',
    mode: 'permission bits of the directory',
    owner: 'owner of the directory',
  },
  examples: [
    {
      title: 'Unpack an archive on the host',
      yaml: 'unarchive:\n  src: /usr/local/src/tool.tar.gz\n  dest: /opt\n  remote_src: true\n  creates: /opt/tool',
      runs: { no: 'needs an archive' },
    },
    {
      title: 'Unpack an archive from files/',
      yaml: 'unarchive:\n  src: tool.tar.xz\n  dest: /opt\n  owner: root\n  group: root',
      runs: { no: 'needs an archive next to the playbook' },
    },
  ],
});

/** Quotes a path as a pattern that matches nothing else. */
const quotePattern = (path: string): string => path.replace(/[*?[]/g, '[$&]');

const argOf = (task: Task, context: TaskContext): ArchiveArg => ({
  source: {
    path: urlLogin(task.src).url,
    bytes: task.bytes,
    ...(isUrl(task.src) && { download: download(requestFor(task, context)) }),
  },
  dest: task.dest,
  include: task.include,
  exclude: task.exclude,
  extra: task.extra_opts,
  keepNewer: keepsNewer(task),
});

function requestFor(task: Task, context: TaskContext): HttpRequest {
  const { url, login } = urlLogin(task.src);
  return {
    url,
    user: login?.user,
    password: login?.password,
    method: 'GET',
    headers: [],
    validateCerts: task.validate_certs,
    timeout: 60,
    follow: true,
    environment: context.environment,
  };
}

const told = (task: Task, ...options: readonly string[]): boolean =>
  task.extra_opts.some((one) => options.includes(one));

const keepsNewer = (task: Task): boolean => task.keep_newer || told(task, '--keep-newer-files', '-u');

/**
 * Whether unpacking would remove a difference; other differences do not matter. Files that a user other than root
 * unpacks belong to that user, and attributes given as parameters are set afterwards.
 */
function counts(difference: string, task: Task, self: Self, zip: boolean): boolean {
  // With these options, existing files are never replaced.
  if (told(task, ...(zip ? ['-n'] : ['--skip-old-files', '--keep-old-files', '-k']))) return difference === 'missing';
  const givesOwner = self.uid === 0 && !told(task, '--no-same-owner', '-o');
  if (difference === 'Mode differs') return task.mode === undefined && !told(task, '--no-same-permissions');
  if (difference === 'Uid differs') return givesOwner && task.owner === undefined;
  if (difference === 'Gid differs') return givesOwner && task.group === undefined;
  if (difference === 'Mod time differs') return !told(task, '-m', '--touch');
  return true;
}

function attributeDifferences({ there }: ArchiveState, { owner, group, mode }: Task): readonly string[] {
  const wrong = (one: MemberThere): boolean =>
    (owner !== undefined && one.user !== owner && String(one.uid) !== owner) ||
    (group !== undefined && one.group !== group && String(one.gid) !== group) ||
    (mode !== undefined && one.kind !== 'link' && computeMode(mode, one.mode, one.name.endsWith('/')) !== one.mode);
  return there
    .filter(wrong)
    .map(({ name, user, group: own, mode: bits }) => `${name}: ${user}:${own} ${showMode(bits)}`);
}

interface Known extends Accounts {
  readonly dest: PathState;
  readonly self: Self;
}

function unpackChange(
  known: ArchiveState,
  { content, attributes }: { readonly content: readonly string[]; readonly attributes: readonly string[] },
  state: Known,
  task: Task,
  context: TaskContext,
): Change {
  const differing = [...content, ...attributes];
  const unpacks = content.length > 0;
  const entry = followed(state.dest);
  const printing = memberPrintings(argOf(task, context), known.zip);
  const printable = new Set(known.members.slice(0, mostPrinted));
  return {
    what: 'unpacked archive',
    from: `${differing.length} of ${known.members.length} members differ: ${differing.slice(0, 5).join('; ')}${differing.length > 5 ? '; …' : ''}`,
    to: urlLogin(task.src).url,
    commands: commandsOf(known, unpacks, task, context),
    effects: unpackedEffects({
      known,
      dest: task.dest,
      root: { place: state.dest.resolved ?? task.dest, entry: entry! },
      self: state.self,
      accounts: state,
      given: task,
      unpacks,
      holding: (member) => ({
        printedBy: printable.has(member) ? printing(member) : { key: printing(member).key },
      }),
      isOpen: keepsNewer(task) || task.extra_opts.some((one) => !renames.test(one)),
    }),
    paths: [task.dest],
  };
}

/** The maximum number of members whose content a check offers to later tasks. Each one costs a process on the host. */
const mostPrinted = 200;

/** Arguments that only rename members. */
const renames = /^--(?:strip(?:-components)?|transform|xform|one-top-level)=/;

const commandsOf = (known: ArchiveState, unpacks: boolean, task: Task, context: TaskContext): readonly Command[] => [
  ...(unpacks ? [unpack(known, task, context)] : []),
  ...giving(known, task),
];

function unpack(known: ArchiveState, task: Task, context: TaskContext): Command {
  const arg = argOf(task, context);
  const { source } = arg;
  const stdin = source.download?.stdin ?? source.bytes;
  const untar = script`tar -C ${task.dest} --extract ${task.keep_newer ? ['--keep-newer-files'] : []} ${tarArguments(arg)}`;
  const untarred = source.bytes !== undefined ? untar : withArchive(source, untar);
  const text = known.zip
    ? withArchive(
        source,
        // In the C locale, unzip would write non-ASCII names differently. It exits with 1 if it printed a warning.
        script`LC_ALL=C.UTF-8 unzip ${task.keep_newer ? ['-u'] : []} -o -q ${task.extra_opts} "$s" ${zipMembers(arg)} -d ${task.dest} || [ $? = 1 ]`,
      )
    : untarred;
  return { ...(stdin === undefined ? sh`${text}` : reading(sh`${text}`, stdin)), long: true };
}

// A link has no mode of its own, and chmod would change its target instead.
const noLinks = script`xargs -0 -r sh -c 'for f; do [ -h "$f" ] || printf "%s\0" "$f"; done' sh`;

/** Sets the owner, group and mode of every member after it has been unpacked. */
function giving({ names }: ArchiveState, { dest, owner, group, mode }: Task): readonly Command[] {
  const each = (command: Script): Command => reading(sh`cd -- ${dest} && ${command}`, names);
  const id = [owner ?? '', group === undefined ? '' : `:${group}`].join('');
  const bits = mode !== undefined && /^[0-7]+$/.test(mode) ? chmodMode(Number.parseInt(mode, 8)) : mode;
  return [
    ...(id === '' ? [] : [each(script`xargs -0 -r chown -h -- ${id}`)]),
    ...(bits === undefined ? [] : [each(script`${noLinks} | xargs -0 -r chmod -- ${bits}`)]),
  ];
}
