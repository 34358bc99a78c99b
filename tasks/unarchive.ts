import {
  type ArchiveArg,
  type ArchiveState,
  archive,
  blurs,
  type Change,
  type Command,
  ControllerError,
  chmodMode,
  computeMode,
  defineTask,
  exists,
  isZip,
  nothing,
  type Params,
  quote,
  reading,
  type Self,
  script,
  showMode,
  stat,
  tarArguments,
} from '../src/sdk.ts';
import { attributeParams, unknownAccount } from './shared/attributes.ts';
import { askAccounts } from './shared/copy-file.ts';
import { followedInfo } from './shared/path-info.ts';

const params = {
  src: { type: 'path', required: true, doc: 'The archive: tar, plain or compressed, or zip.' },
  dest: { type: 'path', required: true, doc: 'The folder that it is unpacked in; must be there.' },
  remote_src: { type: 'bool', default: false, doc: 'The archive is on the host already.' },
  copy: { type: 'bool', default: true, doc: 'Older opposite of `remote_src`.' },
  creates: { type: 'path', doc: 'Where this is there, nothing is unpacked.' },
  include: { type: 'list', elements: 'str', default: [], doc: 'Only these members.' },
  exclude: { type: 'list', elements: 'str', default: [], doc: 'All but these members.' },
  extra_opts: { type: 'list', elements: 'str', default: [], doc: 'More arguments for tar or unzip.' },
  keep_newer: { type: 'bool', default: false, doc: 'Files that are newer than in the archive stay.' },
  list_files: { type: 'bool', default: false, doc: 'Tell the members.' },
  decrypt: { type: 'bool', default: true, doc: 'Decrypt an archive that is under Ansible Vault.' },
  io_buffer_size: { type: 'int', default: 65536, ignored: 'archives are read as the shell does' },
  validate_certs: { type: 'bool', default: true, ignored: 'archives are not fetched from URLs; see get_url' },
  ...attributeParams,
} as const;

type Task = Params<typeof params> & { readonly bytes: Uint8Array | undefined };

export default defineTask({
  name: 'ansible.builtin.unarchive',
  summary: 'Unpack an archive into a folder.',
  description:
    'A folder that holds what the archive holds is left alone: members are compared by content, mode, owner and time.',
  params,
  prepare(given, controller): Task {
    if (given.remote_src || !given.copy) return { ...given, bytes: undefined };
    const found = controller.find('files', given.src);
    if (!found.ok)
      throw new ControllerError(`Could not find or access '${given.src}'; searched: ${found.searched.join(', ')}`);
    const bytes = controller.readFile(found.path, { decrypt: given.decrypt });
    if (isZip(bytes))
      throw new ControllerError(
        `${given.src} is a zip archive, which unzip can not read from a stream: copy it to the host first, then unarchive with remote_src: true`,
      );
    return { ...given, bytes };
  },
  ask: (task) => ({
    dest: stat(task.dest),
    created: task.creates === undefined ? nothing() : exists(quotePattern(task.creates)),
    // With `creates` the archive is looked at only where that is missing.
    archive: task.creates === undefined ? archive(argOf(task)) : nothing(),
    ...askAccounts(task),
  }),
  thenAsk: ({ created }, task) => ({ archiveNow: created === false ? archive(argOf(task)) : nothing() }),
  plan(state, task) {
    if (/^[a-z]+:\/\//i.test(task.src))
      return {
        failed: `archives are not fetched from URLs (${task.src}): use get_url, then unarchive with remote_src: true`,
      };
    if (state.created === true) return { changes: [], result: { msg: `skipped, since ${task.creates} exists` } };
    const known = state.archiveNow ?? state.archive;
    const wrong = unknownAccount(task, state) ?? known?.failure;
    if (wrong !== undefined) return { failed: wrong, result: { src: task.src, dest: task.dest } };
    const content = known!.differences.filter((line) => counts(line, task, state.self));
    const attributes = attributeDifferences(known!, task);
    if (content.length === 0 && attributes.length === 0) return { changes: [] };
    return { changes: [unpackChange(known!, content, attributes, task)] };
  },
  result: ({ state, params: task }) => {
    const known = state.archiveNow ?? state.archive;
    return {
      src: task.src,
      dest: task.dest,
      handler: known?.zip === true ? 'ZipArchive' : 'TgzArchive',
      ...(task.list_files && { files: known?.members ?? [] }),
      ...followedInfo(state.dest),
    };
  },
  returns: {
    src: 'the archive',
    dest: 'the folder',
    handler: 'the kind of archive',
    files: 'its members, with `list_files`',
    mode: 'permission bits of the folder',
    owner: 'owner of the folder',
  },
  examples: [
    {
      title: 'An archive of the host',
      yaml: 'unarchive:\n  src: /usr/local/src/tool.tar.gz\n  dest: /opt\n  remote_src: true\n  creates: /opt/tool',
      runs: { no: 'needs an archive' },
    },
    {
      title: 'An archive from files/',
      yaml: 'unarchive:\n  src: tool.tar.xz\n  dest: /opt\n  owner: root\n  group: root',
      runs: { no: 'needs an archive beside the playbook' },
    },
  ],
});

/** A path as a pattern that only it matches. */
const quotePattern = (path: string): string => path.replace(/[*?[]/g, '[$&]');

const argOf = (task: Task): ArchiveArg => ({
  source: { path: task.src, bytes: task.bytes },
  dest: task.dest,
  include: task.include,
  exclude: task.exclude,
  extra: [],
});

/** Whether a difference is one that unpacking removes: who is not root owns what he unpacks, and given attributes come after. */
function counts(difference: string, task: Task, self: Self): boolean {
  if (/: Mode differs$/.test(difference)) return task.mode === undefined;
  if (/: Uid differs$/.test(difference)) return self.uid === 0 && task.owner === undefined;
  if (/: Gid differs$/.test(difference)) return self.uid === 0 && task.group === undefined;
  if (/: (Mod time|Size|Contents) differs?$/.test(difference)) return !task.keep_newer;
  return true;
}

type Owned = ArchiveState['owned'][number];

function attributeDifferences({ owned }: ArchiveState, { owner, group, mode }: Task): readonly string[] {
  const wrong = (one: Owned): boolean =>
    (owner !== undefined && one.user !== owner && String(one.uid) !== owner) ||
    (group !== undefined && one.group !== group && String(one.gid) !== group) ||
    (mode !== undefined && !one.link && computeMode(mode, one.mode, one.name.endsWith('/')) !== one.mode);
  return owned
    .filter(wrong)
    .map(({ name, user, group: own, mode: bits }) => `${name}: ${user}:${own} ${showMode(bits)}`);
}

function unpackChange(
  known: ArchiveState,
  content: readonly string[],
  attributes: readonly string[],
  task: Task,
): Change {
  const differing = [...content, ...attributes];
  return {
    what: 'unpacked archive',
    from: `${differing.length} of ${known.members.length} members differ: ${differing.slice(0, 5).join('; ')}${differing.length > 5 ? '; …' : ''}`,
    to: task.src,
    commands: [...(content.length === 0 ? [] : [unpack(known, task)]), ...giving(known, task)],
    effects: [blurs(`path:${task.dest}`)],
    paths: [task.dest],
  };
}

function unpack(known: ArchiveState, task: Task): Command {
  if (known.zip) {
    const rest = [...task.include, ...(task.exclude.length === 0 ? [] : ['-x', ...task.exclude])];
    return {
      ...plain(
        `unzip ${task.keep_newer ? '-u' : '-o'} -q ${script`${task.extra_opts} ${task.src} ${rest}`.text} -d ${quote(task.dest)}`,
      ),
      long: true,
    };
  }
  const options = task.keep_newer ? '--keep-newer-files' : '';
  const command = plain(
    `tar -C ${quote(task.dest)} --extract ${options} ${tarArguments({ ...argOf(task), extra: task.extra_opts })}`,
  );
  return { ...(task.bytes === undefined ? command : reading(command, task.bytes)), long: true };
}

const plain = (text: string): Command => ({ script: text });

/** Owner, group and mode for every member, once it is unpacked. */
function giving({ members }: ArchiveState, { dest, owner, group, mode }: Task): readonly Command[] {
  const each = (command: string): Command =>
    reading(plain(`cd -- ${quote(dest)} && xargs -d '\\n' -r ${command}`), `${members.join('\n')}\n`);
  const id = [owner ?? '', group === undefined ? '' : `:${group}`].join('');
  const bits = mode === undefined ? undefined : /^[0-7]+$/.test(mode) ? chmodMode(Number.parseInt(mode, 8)) : mode;
  return [
    ...(id === '' ? [] : [each(`chown -h -- ${quote(id)}`)]),
    ...(bits === undefined ? [] : [each(`chmod -- ${quote(bits)}`)]),
  ];
}
