import { type Controller, defineTask, joinPath, must, nameOf, type Params } from '../src/sdk.ts';
import { attributeParams } from './shared/files/attributes.ts';
import { askCopyFile, type CopyFileState, copyFileResult, planCopyFile } from './shared/files/copy-file.ts';
import {
  askCopyRemote,
  type CopyRemoteState,
  copyRemoteResult,
  planCopyRemote,
  thenAskCopyRemote,
} from './shared/files/copy-remote.ts';
import { localSources, textContent } from './shared/files/copy-source.ts';
import { askCopyTree, type CopyTreeState, copyTreeResult, planCopyTree } from './shared/files/copy-tree.ts';
import { thenAskFolders } from './shared/files/file-directory.ts';
import { destThings } from './shared/retire/files.ts';
import { pathThing } from './shared/retire/paths.ts';

const params = {
  dest: {
    type: 'path',
    required: true,
    doc: 'The destination. If it ends in a slash or is an existing directory, the file goes inside it.',
  },
  src: {
    type: 'path',
    doc: 'A file or directory on the controller; if a directory ends in a slash, only its contents are copied.',
  },
  content: { type: 'raw', doc: 'The content of the file, instead of `src`.' },
  remote_src: { type: 'bool', default: false, doc: 'The source is already on the host.' },
  backup: {
    type: 'bool',
    default: false,
    doc: 'Keep a backup of the previous file in the same directory, with a timestamp in its name.',
  },
  force: {
    type: 'bool',
    default: true,
    aliases: ['thirsty'],
    doc: 'Replace an existing file whose content differs; if false, only a missing file is written, and with `remote_src` an existing directory is not touched.',
  },
  validate: {
    type: 'str',
    doc: 'A command that must succeed before the new file is put in place; `%s` stands for the path of the new file.',
  },
  directory_mode: { type: 'mode', doc: 'The permission bits for directories that are created.' },
  follow: { type: 'bool', default: false, doc: 'Write through a link at the destination instead of replacing it.' },
  local_follow: {
    type: 'bool',
    doc: 'Follow links in a source directory instead of copying them as links (default: only if it is on the controller).',
  },
  checksum: { type: 'str', doc: 'The SHA-1 that the source must have.' },
  decrypt: { type: 'bool', default: true, doc: 'Decrypt sources that are encrypted with Ansible Vault.' },
  ...attributeParams,
} as const;

export default defineTask({
  name: 'ansible.builtin.copy',
  summary: 'Copy files and directories to a host, or write text to a file.',
  neverAsync: true,
  params,
  rules: { mutuallyExclusive: [['src', 'content']], requiredOneOf: [['src', 'content']] },
  misfit(given) {
    if (!given.has('src') && !given.has('content')) return { changed: false, msg: 'src (or content) is required' };
    if (!given.has('dest')) return { changed: false, msg: 'dest is required' };
    if (!given.has('src') || !given.has('content')) return undefined;
    return { changed: false, msg: 'src and content are mutually exclusive' };
  },
  prepare: (given, controller) => ({
    ...given,
    mode: given.mode === 'preserve' ? preserved(given, controller) : given.mode,
    keepModes: given.mode === 'preserve',
    source: sourceOf(given, controller),
  }),
  ask(task, context) {
    if (task.source.from === 'host') return askCopyRemote(task, task.source.path);
    return task.source.from === 'tree' ? askCopyTree(task, task.source) : askCopyFile(task, task.source, context);
  },
  thenAsk(state, task, context) {
    if (task.source.from === 'host')
      return thenAskCopyRemote(state as CopyRemoteState, task, task.source.path, context);
    return thenAskFolders((state as CopyFileState).dest, task.dest);
  },
  plan(state, task, context) {
    if (task.source.from === 'host') return planCopyRemote(state as CopyRemoteState, task, task.source.path, context);
    return task.source.from === 'tree'
      ? planCopyTree(state as CopyTreeState, task, task.source)
      : planCopyFile(state as CopyFileState, task, task.source, context);
  },
  result({ state, params: task, replies }) {
    if (task.source.from === 'host') return copyRemoteResult(state as CopyRemoteState, task, task.source.path, replies);
    return task.source.from === 'tree'
      ? copyTreeResult(state as CopyTreeState, task, task.source)
      : copyFileResult(state as CopyFileState, task, task.source, replies);
  },
  retire: (task, result) => {
    const { source } = task;
    if (source.from === 'host') return [pathThing(task.dest, { puts: false, whole: true, tree: true })];
    if (source.from !== 'tree') return destThings(task, result);
    const { into, entries } = source;
    const top = into === '' ? task.dest : joinPath(task.dest, into);
    return [
      pathThing(task.dest, { puts: false }),
      ...(into === '' ? [] : [pathThing(top, { puts: true })]),
      ...entries.map(({ path }) => pathThing(path === '' ? top : joinPath(top, path), { puts: true, whole: true })),
    ];
  },
  returns: {
    dest: 'the destination',
    src: 'the source',
    checksum: 'SHA-1 of the file',
    md5sum: 'MD5 of the file',
    backup_file: 'the path of the backup',
    mode: 'permission bits, for example 0644',
    owner: 'name of the owner',
    group: 'name of the group',
    uid: 'UID of the owner',
    gid: 'GID of the group',
    size: 'size in bytes',
    state: 'file or directory',
  },
  examples: [
    {
      title: 'Write text to a file',
      yaml: "copy:\n  content: |\n    # managed\n    relayhost = 10.1.0.1\n  dest: /etc/retrace-copy.conf\n  mode: '0644'",
    },
    {
      title: 'Copy a file from files/',
      yaml: 'copy:\n  src: nginx.conf\n  dest: /etc/nginx/nginx.conf\n  owner: root\n  validate: nginx -t -c %s',
      runs: { no: 'needs a file next to the playbook' },
    },
    {
      title: 'Copy a file on the host itself, once',
      yaml: 'copy:\n  src: /etc/passwd\n  dest: /tmp/retrace-passwd.old\n  remote_src: true\n  force: false\n  mode: preserve',
    },
    {
      title: 'Write a secret that only its owner can read',
      yaml: "copy:\n  content: s3cret\n  dest: /root/retrace-secret\n  mode: '0600'\nno_log: true",
    },
  ],
});

type Given = Params<typeof params>;

function sourceOf(given: Given, controller: Controller) {
  if (given.content !== undefined)
    return { from: 'text' as const, bytes: textContent(given.content), name: nameOf(given.dest), path: undefined };
  const src = must(given.src, 'the src of a copy without content');
  if (given.remote_src) return { from: 'host' as const, path: src };
  return localSources(src, controller, { follow: given.local_follow ?? true, decrypt: given.decrypt });
}

function preserved(given: Given, controller: Controller): string | undefined {
  // Ansible keeps such text in a file that only its owner may read, and preserves the mode of that.
  if (given.src === undefined) return '0600';
  if (given.remote_src) return undefined; // the mode is not known until the host is asked
  const found = controller.find('files', given.src.replace(/\/+$/, ''));
  return found.ok && !controller.isDirectory(found.path) ? `0${controller.modeOf(found.path).toString(8)}` : undefined;
}
