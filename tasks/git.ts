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
import { planGit, relationNeeded } from './shared/git/git-plan.ts';
import { askClone, askRelation, askRemote, readClone, readRemote } from './shared/git/git-questions.ts';

type GitQuestions = {
  readonly clone: Question<ShellAnswer>;
  readonly remote?: Question<ShellAnswer>;
  readonly dest: Question<PathState>;
  readonly parent: Question<PathState>;
  readonly self: Question<Self>;
};

export default defineTask({
  name: 'ansible.builtin.git',
  summary: 'Clone a git repository, and keep it at a branch, tag or commit.',
  description:
    'What is newest is asked with `git ls-remote`, which changes nothing. A clone that belongs to another user is refused, as by git itself, unless `safe.directory` of the host names it. Local commits and local changes are never thrown away without `force`: the task fails and names them, in a check, too.',
  params: {
    repo: {
      type: 'str',
      required: true,
      aliases: ['name'],
      doc: 'The repository: a URL, or host:path. A password in it is in no process list, and not kept in the clone.',
      secret: 'password in URL',
    },
    dest: { type: 'path', required: true, doc: 'The directory of the clone.' },
    version: {
      type: 'str',
      default: 'HEAD',
      doc: "A branch, a tag, or a commit's full name; HEAD is the repository's own branch.",
    },
    remote: { type: 'str', default: 'origin', doc: 'What the repository is called in the clone.' },
    refspec: { type: 'str', doc: 'What to fetch besides branches and tags.' },
    clone: { type: 'bool', default: true, doc: 'Clone it where it is missing.' },
    update: { type: 'bool', default: true, doc: 'Bring an existing clone to `version`.' },
    force: { type: 'bool', default: false, doc: 'Discard local commits and changes.' },
    depth: { type: 'int', doc: 'Clone at most this many commits.' },
    single_branch: { type: 'bool', default: false, doc: 'Clone one branch only.' },
    bare: { type: 'bool', default: false, doc: 'A clone without files.' },
    recursive: { type: 'bool', default: true, doc: 'Clone submodules as well.' },
    track_submodules: { type: 'bool', default: false, doc: "Submodules follow their own repositories' branches." },
    accept_hostkey: {
      type: 'bool',
      default: false,
      doc: 'Accept the key of an unknown ssh host; one that changed is an error always.',
    },
    accept_newhostkey: { type: 'bool', default: false, doc: 'The same.' },
    key_file: { type: 'path', doc: 'The ssh key to log in with.' },
    ssh_opts: { type: 'str', doc: 'Additional options for ssh.' },
    executable: { type: 'path', doc: 'The git to use.' },
    reference: { type: 'path', doc: 'A clone to borrow commits from.' },
    separate_git_dir: { type: 'path', doc: 'Where the repository of the clone is kept.' },
    umask: { type: 'raw', doc: 'The umask for files of the clone.' },
    verify_commit: {
      type: 'bool',
      default: false,
      doc: 'Fail where the commit is not signed by a key that is trusted.',
    },
    gpg_whitelist: {
      type: 'list',
      elements: 'str',
      default: [],
      aliases: ['gpg_allowlist'],
      ignored: 'all keys that git trusts are trusted',
    },
    archive: { type: 'path', ignored: 'archives are not made' },
    archive_prefix: { type: 'str', ignored: 'archives are not made' },
  },
  ask: (params): GitQuestions => ({
    clone: askClone(params),
    dest: stat(tidyPath(params.dest)),
    parent: stat(parentOf(params.dest)),
    self: self(),
    ...(params.update || params.clone ? { remote: askRemote(params) } : {}),
  }),
  thenAsk(state, params): { readonly relation?: Question<ShellAnswer> } {
    const wanted = relationNeeded(
      readClone(state.clone, params.dest),
      state.remote === undefined ? undefined : readRemote(state.remote, params),
      params,
    );
    return wanted === undefined ? {} : { relation: askRelation(params, wanted) };
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
  returns: {
    before: 'The commit before.',
    after: 'The commit after.',
    remote_url_changed: "Whether the clone's repository was another.",
    clean: 'Whether the clone has no local changes.',
    dirty: 'Files with local changes.',
    ahead: 'How many local commits there are that the repository has not got.',
  },
  examples: [
    {
      title: 'A clone at a branch',
      yaml: 'git:\n  repo: git@forge.example.org:team/infrastructure.git\n  dest: /opt/infrastructure\n  version: main',
      runs: { no: 'needs a repository' },
    },
    {
      title: 'A tag, and no more than it needs',
      yaml: 'git:\n  repo: https://forge.example.org/tool.git\n  dest: /opt/tool\n  version: v1.2\n  depth: 1',
      runs: { no: 'needs a repository' },
    },
    {
      title: 'Only where it is missing',
      yaml: 'git:\n  repo: https://forge.example.org/tool.git\n  dest: /opt/tool\n  update: false',
      runs: { no: 'needs a repository' },
    },
  ],
});
