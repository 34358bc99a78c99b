import {
  defineTask,
  fileFlags,
  followed,
  groupAccount,
  joinPath,
  nameOf,
  nothing,
  type PathState,
  type Plan,
  parentOf,
  self,
  shell,
  stat,
  type TaskResult,
  targetPath,
  tidyPath,
  tree,
  userAccount,
} from '../src/sdk.ts';
import { accountWarnings, attributeParams } from './shared/files/attributes.ts';
import { fileDiff } from './shared/files/file-diff.ts';
import { ancestors, planDirectory } from './shared/files/file-directory.ts';
import { planHardLink, planLink } from './shared/files/file-links.ts';
import { type FileParams, type FileState, planAbsent, planExisting } from './shared/files/file-states.ts';
import { timeScript } from './shared/files/file-times.ts';
import { planTouch } from './shared/files/file-touch.ts';
import { askAim, followedInfo, pathInfo, stateName } from './shared/files/path-info.ts';
import { pathThing } from './shared/retire/paths.ts';

export default defineTask({
  name: 'ansible.builtin.file',
  summary: 'Create or remove files, directories and links, and set their owner, group and mode.',
  params: {
    path: { type: 'path', required: true, aliases: ['dest', 'name'], doc: 'The path of the file, directory or link.' },
    state: {
      type: 'str',
      choices: ['absent', 'directory', 'file', 'hard', 'link', 'touch'],
      doc: 'The desired state. By default, an existing path keeps its state; with `recurse`, the default is `directory`.',
    },
    src: {
      type: 'path',
      doc: 'The target of the link; a relative path starts from the directory that contains the link.',
    },
    recurse: {
      type: 'bool',
      default: false,
      doc: 'Also set the owner, group and mode of everything below the directory.',
    },
    force: {
      type: 'bool',
      default: false,
      doc: 'Create the link even if its target does not exist, and replace a file or an empty directory.',
    },
    follow: { type: 'bool', default: true, doc: 'If the path is a link, manage its target.' },
    access_time: { type: 'str', doc: 'The access time: `preserve`, `now`, or a time.' },
    access_time_format: { type: 'str', default: '%Y%m%d%H%M.%S', doc: 'The format of `access_time`.' },
    modification_time: { type: 'str', doc: 'The modification time: `preserve`, `now`, or a time.' },
    modification_time_format: { type: 'str', default: '%Y%m%d%H%M.%S', doc: 'The format of `modification_time`.' },
    ...attributeParams,
    attributes: {
      type: 'str',
      aliases: ['attr'],
      doc: 'The flags that `chattr` sets, as letters: `+i` adds, `-i` removes, `=i` or `i` sets exactly these. They cannot be combined with `recurse` or set on links.',
    },
    _diff_peek: { type: 'bool', ignored: "it is for Ansible's own modules" },
  },
  ask(params) {
    const path = tidyPath(params.path);
    const { src, state } = params;
    const linked = src !== undefined && (state === 'link' || state === 'hard');
    const asked = timeScript(params);
    return {
      before: stat(path),
      parent: stat(parentOf(path)),
      source: linked ? stat(state === 'hard' ? src : targetPath(path, src)) : nothing(),
      // If the link replaces a directory, Ansible resolves a relative source from that directory.
      sourceBelow: linked && state === 'link' && !src.startsWith('/') ? stat(joinPath(path, src)) : nothing(),
      inside: linked && state === 'hard' ? stat(joinPath(path, nameOf(src))) : nothing(),
      below: params.recurse && params.state !== 'absent' ? tree({ path }) : nothing(),
      belowLinks:
        params.recurse && params.follow && params.state !== 'absent' ? tree({ path, follow: true }) : nothing(),
      times: asked === undefined ? nothing() : shell({ ...asked, about: [] }),
      self: self(),
      ownerAccount: userAccount(params.owner),
      groupAccount: groupAccount(params.group),
      flags: params.attributes === undefined ? nothing() : fileFlags(path),
    };
  },
  thenAsk(state, params, context) {
    const path = tidyPath(params.path);
    const isFolder = state.before.exists && state.before.kind === 'directory';
    const listed =
      isFolder && ((params.state === 'absent' && context.diff) || (params.state === 'link' && params.force));
    const real = state.before.resolved ?? path;
    return {
      listing: listed ? tree({ path }) : nothing(),
      aim: params.state === 'touch' && params.follow ? askAim(state.before) : nothing(),
      ...(wanted(params, state) === 'directory' && !state.before.exists ? ancestors(path) : {}),
      ...(state.before.exists &&
      state.before.link !== undefined &&
      state.before.link.to === undefined &&
      params.follow &&
      params.state === 'directory'
        ? ancestors(real)
        : {}),
    };
  },
  plan(state, params, { check }) {
    if (params.recurse && params.state !== undefined && params.state !== 'directory')
      return { failed: "recurse option requires state to be 'directory'" };
    if (params.src !== undefined && params.state !== 'link' && params.state !== 'hard')
      return { failed: "src option requires state to be 'link' or 'hard'" };
    if (params.attributes !== undefined && (params.recurse || params.state === 'link' || params.state === 'hard'))
      return { failed: 'attributes cannot be set with recurse, or with state=link or state=hard' };
    const known: FileState = state as FileState; // `then` only adds ancestors, under their own names
    const plan = planState(known, params);
    const warnings = check && params.state !== 'absent' ? accountWarnings(params, state) : [];
    if ('changes' in plan) return { ...plan, warnings: [...(plan.warnings ?? []), ...warnings] };
    if (!('failed' in plan)) return plan;
    const missing = warnings.length === 0 ? {} : { warnings };
    return { ...plan, result: { path: tidyPath(params.path), ...pathInfo(state.before), ...missing, ...plan.result } };
  },
  result({ state, before: earlier, params, changes }) {
    const meant = wanted(params, earlier);
    const { before, listing } = earlier;
    const diff = fileDiff({ params, meant, before, now: state.before, changes, listing });
    return { ...resultNow(state as FileState, params), ...(before.exists || meant !== 'absent' ? { diff } : {}) };
  },
  retire: ({ path, state }) => [
    pathThing(path, {
      puts: state === 'directory' || state === 'link' || state === 'hard' || state === 'touch',
      whole: state === 'link' || state === 'hard' || state === 'absent',
    }),
  ],
  returns: {
    path: 'the path (`dest` for links and `touch`)',
    state: 'the current state: absent, directory, file, hard or link',
    mode: 'permission bits, for example 0644',
    owner: 'name of the owner',
    group: 'name of the group',
    uid: 'UID of the owner',
    gid: 'GID of the group',
    size: 'size in bytes',
    src: 'the target of a link',
    diff: 'the path and everything that changed: `before` and `after`',
  },
  examples: [
    {
      title: 'Create a directory and its parents',
      yaml: "file:\n  path: /srv/retrace-file/www\n  state: directory\n  owner: www-data\n  mode: '0755'",
    },
    { title: 'Link to a directory', yaml: 'file:\n  src: /usr/share/doc\n  dest: /tmp/retrace-doc\n  state: link' },
    {
      title: 'Replace a file with a link',
      yaml: 'file:\n  src: /etc/hostname\n  dest: /tmp/retrace-hostname\n  state: link\n  force: true',
    },
    {
      title: 'Set a symbolic mode',
      yaml: 'file:\n  path: /srv/retrace-file\n  state: directory\n  recurse: true\n  mode: u=rwX,g=rX,o=',
    },
    {
      title: 'Create an empty file, but leave an existing one untouched',
      yaml: 'file:\n  path: /tmp/retrace-touched\n  state: touch\n  access_time: preserve\n  modification_time: preserve',
    },
    { title: 'Remove whatever is at a path', yaml: 'file:\n  path: /tmp/retrace-gone\n  state: absent' },
  ],
});

function planState(state: FileState, params: FileParams): Plan {
  switch (wanted(params, state)) {
    case 'absent':
      return planAbsent(state, params);
    case 'directory':
      return planDirectory(state, params);
    case 'link':
      return planLink(state, params);
    case 'hard':
      return planHardLink(state, params);
    case 'touch':
      return planTouch(state, params);
    default:
      return planExisting(state, params);
  }
}

/** The values in the result that describe the path as it is now. */
function resultNow(known: FileState, params: FileParams): TaskResult {
  const { before } = known;
  const path = tidyPath(params.path);
  const meant = wanted(params, known);
  if (meant === 'absent') return { path, state: 'absent' };
  if (meant === 'hard' && known.inside !== undefined && followed(before)?.kind === 'directory')
    return { dest: joinPath(path, nameOf(params.src!)), src: params.src, ...pathInfo(known.inside) };
  if (params.state === 'link' || params.state === 'hard')
    return { dest: path, src: params.src ?? (before.exists ? before.link?.target : undefined), ...pathInfo(before) };
  if (meant === 'touch') return { dest: path, ...pathInfo(before) };
  return params.follow
    ? {
        path: before.exists && before.link !== undefined ? (before.resolved ?? path) : params.path,
        ...followedInfo(before),
      }
    : { path: params.path, ...pathInfo(before) };
}

/** The state that is given, or else the default. */
function wanted(params: FileParams, { before }: { readonly before: PathState }): string {
  if (params.state !== undefined) return params.state;
  if (params.recurse) return 'directory';
  return before.exists ? stateName(before).replace('hard', 'file') : 'file';
}
