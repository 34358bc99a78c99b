import {
  defineTask,
  type PathState,
  parentOf,
  type Question,
  type Self,
  type ShellAnswer,
  self,
  stat,
  tidyPath,
} from '../src/sdk.ts';
import { ancestors } from './shared/files/file-directory.ts';
import { planGit, relationNeeded } from './shared/git/git-plan.ts';
import { askClone, askRelation, askRemote, readClone, readRemote } from './shared/git/git-questions.ts';
import { pathThing } from './shared/retire/paths.ts';

type GitQuestions = {
  readonly clone: Question<ShellAnswer>;
  readonly remote?: Question<ShellAnswer>;
  readonly dest: Question<PathState>;
  readonly parent: Question<PathState>;
  readonly self: Question<Self>;
};

export default defineTask({
  name: 'ansible.builtin.git',
  summary: 'Clone a git repository and keep the clone at a branch, tag or commit.',
  description:
    'The newest commit is looked up with `git ls-remote`, which changes nothing. As with git itself, a clone that belongs to another user is refused, unless it is listed in `safe.directory` on the host. Local commits and local changes are never discarded without `force`: the task fails and names them, even in a check.',
  params: {
    repo: {
      type: 'str',
      required: true,
      aliases: ['name'],
      doc: 'The repository: a URL, or host:path. A password in it does not appear in process lists and is not kept in the clone.',
      secret: 'password in URL',
    },
    dest: { type: 'path', required: true, doc: 'The directory of the clone.' },
    version: {
      type: 'str',
      default: 'HEAD',
      doc: 'A branch, a tag, or a full commit hash; HEAD is the default branch of the repository.',
    },
    remote: { type: 'str', default: 'origin', doc: 'The name of the remote in the clone.' },
    refspec: { type: 'str', doc: 'A refspec to fetch in addition to branches and tags.' },
    clone: { type: 'bool', default: true, doc: 'Clone the repository if the clone is missing.' },
    update: { type: 'bool', default: true, doc: 'Update an existing clone to `version`.' },
    force: { type: 'bool', default: false, doc: 'Discard local commits and changes.' },
    depth: { type: 'int', doc: 'Limit the history of the clone to this many commits.' },
    single_branch: { type: 'bool', default: false, doc: 'Clone only one branch.' },
    bare: { type: 'bool', default: false, doc: 'Make a bare clone, without a working tree.' },
    recursive: { type: 'bool', default: true, doc: 'Clone submodules as well.' },
    track_submodules: {
      type: 'bool',
      default: false,
      doc: 'Let submodules follow the branches of their own repositories.',
    },
    accept_hostkey: {
      type: 'bool',
      default: false,
      doc: 'Accept the key of an unknown ssh host; a changed key is always an error.',
    },
    accept_newhostkey: { type: 'bool', default: false, doc: 'The same as `accept_hostkey`.' },
    key_file: { type: 'path', doc: 'The ssh key to log in with.' },
    ssh_opts: { type: 'str', doc: 'Additional options for ssh.' },
    executable: { type: 'path', doc: 'The git program to use.' },
    reference: { type: 'path', doc: 'An existing clone to borrow commits from.' },
    separate_git_dir: {
      type: 'path',
      doc: 'The directory in which to keep the repository, separate from the working tree.',
    },
    umask: { type: 'raw', doc: 'The umask for the files in the clone.' },
    verify_commit: {
      type: 'bool',
      default: false,
      doc: 'Fail if the commit is not signed with a trusted key.',
    },
    gpg_whitelist: {
      type: 'list',
      elements: 'str',
      default: [],
      aliases: ['gpg_allowlist'],
      ignored: 'every key that gpg trusts is accepted',
    },
    archive: { type: 'path', ignored: 'archives are not created' },
    archive_prefix: { type: 'str', ignored: 'archives are not created' },
  },
  ask: (params): GitQuestions => ({
    clone: askClone(params),
    dest: stat(tidyPath(params.dest)),
    parent: stat(parentOf(params.dest)),
    self: self(),
    ...(params.update || params.clone ? { remote: askRemote(params) } : {}),
  }),
  thenAsk(state, params): { readonly relation?: Question<ShellAnswer> } & ReturnType<typeof ancestors> {
    const wanted = relationNeeded(
      readClone(state.clone, params.dest),
      state.remote === undefined ? undefined : readRemote(state.remote, params),
      params,
    );
    return {
      ...(wanted !== undefined && { relation: askRelation(params, wanted) }),
      // git creates missing directories above a clone.
      ...(!state.parent.exists && ancestors(parentOf(tidyPath(params.dest)))),
    };
  },
  plan: (state, params) =>
    planGit(
      readClone(state.clone, params.dest),
      state.remote === undefined ? undefined : readRemote(state.remote, params),
      state,
      params,
    ),
  result({ before, state, changes, params }) {
    const [was, is] = [readClone(before.clone, params.dest), readClone(state.clone, params.dest)];
    const told = state.remote === undefined ? undefined : readRemote(state.remote, params);
    const after = is.head ?? null;
    return {
      before: was.head ?? null,
      after: changes.length > 0 && after === (was.head ?? null) && told?.sha !== undefined ? told.sha : after,
      remote_url_changed: changes.some((change) => change.what.startsWith('remote ')),
      clean: is.dirty.length === 0,
      dirty: is.dirty,
      ahead: is.local,
    };
  },
  wantedIn: ['after'],
  seesTo: ({ dest }) => (dest === undefined ? [] : [pathThing(dest, { puts: false, whole: true, tree: true })]),
  returns: {
    before: 'The commit before the task.',
    after: 'The commit after the task.',
    remote_url_changed: 'Whether the clone previously had a different repository URL.',
    clean: 'Whether the clone is free of local changes.',
    dirty: 'Files with local changes.',
    ahead: 'How many local commits are not in the repository.',
  },
  examples: [
    {
      title: 'Keep a clone up to date with a branch',
      yaml: 'git:\n  repo: git@forge.example.org:team/infrastructure.git\n  dest: /opt/infrastructure\n  version: main',
      runs: { no: 'needs a repository' },
    },
    {
      title: 'Clone a tag, with no more history than needed',
      yaml: 'git:\n  repo: https://forge.example.org/tool.git\n  dest: /opt/tool\n  version: v1.2\n  depth: 1',
      runs: { no: 'needs a repository' },
    },
    {
      title: 'Clone only if missing',
      yaml: 'git:\n  repo: https://forge.example.org/tool.git\n  dest: /opt/tool\n  update: false',
      runs: { no: 'needs a repository' },
    },
  ],
});
