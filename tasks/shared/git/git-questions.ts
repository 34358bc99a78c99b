import {
  clone,
  quote,
  type Script,
  type ShellAnswer,
  type ShellQuestion,
  script,
  sh,
  shell,
  urlLogin,
  writtenScript,
} from '../../../src/sdk.ts';

/** The parameters for the repository and how git reaches it. */
export interface GitAccess {
  readonly repo: string;
  readonly dest: string;
  readonly version: string;
  readonly remote: string;
  readonly bare: boolean;
  readonly accept_hostkey: boolean;
  readonly accept_newhostkey: boolean;
  readonly key_file?: string;
  readonly ssh_opts?: string;
  readonly executable?: string;
}

/** The state of a clone. */
export interface Clone {
  /** The kind of entry at `dest`: nothing, an empty directory, something else, or a clone. */
  readonly is: 'absent' | 'empty' | 'other' | 'clone';
  readonly head?: string;
  readonly branch?: string;
  readonly url?: string;
  /** Files with local changes, as git's short status reports them. */
  readonly dirty: readonly string[];
  /** The number of commits that were not on any branch of the repository at the last fetch. */
  readonly local: number;
  /** The files in the wanted commit, if there is no clone yet and the repository is on the host. */
  readonly brings?: readonly Blob[];
  /** The reason why there is no answer. */
  readonly error?: string;
}

/** A file, directory or link in a commit. */
export interface Blob {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  readonly mode: number;
  readonly sha: string;
  readonly size: number;
}

/** The branch, tag or commit that `version` names in the repository. */
export interface Remote {
  readonly sha?: string;
  readonly kind?: 'branch' | 'tag' | 'commit';
  readonly branch?: string;
  readonly error?: string;
}

/** The git command for questions and changes, without a terminal. */
export function gitWith(access: GitAccess, options: { writes: boolean } = { writes: false }): Script {
  const { variables, options: helper } = loggingIn(access.repo);
  return script`LC_ALL=C GIT_TERMINAL_PROMPT=0 GIT_OPTIONAL_LOCKS=0 GIT_SSH_COMMAND=${sshWith(access, options).text} ${variables}${access.executable ?? 'git'} ${helper}`;
}

function sshWith(access: GitAccess, { writes }: { writes: boolean }): Script {
  const accepting = access.accept_hostkey || access.accept_newhostkey;
  const words = [
    ...(writes ? [] : ['-o', 'UpdateHostKeys=no']),
    '-o',
    `StrictHostKeyChecking=${accepting ? 'accept-new' : 'yes'}`,
    // A question must not write to known_hosts. ssh writes new keys to the first file, so the first one is /dev/null.
    ...(accepting && !writes ? ['-o', 'UserKnownHostsFile=/dev/null ~/.ssh/known_hosts'] : []),
    ...(access.key_file === undefined ? [] : ['-i', access.key_file, '-o', 'IdentitiesOnly=yes']),
  ];
  const more = access.ssh_opts === undefined ? script`` : script` ${writtenScript(access.ssh_opts)}`;
  return script`ssh -o BatchMode=yes ${words}${more}`;
}

/** The repository's URL without its password, which git would expose in the arguments of its helpers. */
export const repoUrl = ({ repo }: Pick<GitAccess, 'repo'>): string => urlLogin(repo).url;

/**
 * The options that pass a URL's password to git, for this server only. Only the same user can read git's environment.
 */
function loggingIn(repo: string): { variables: Script; options: readonly string[] } {
  const { url, login } = urlLogin(repo);
  if (login === undefined) return { variables: script``, options: [] };
  const [server] = /^https?:\/\/[^/?#]*/i.exec(url)!;
  const helper = '!f() { printf "username=%s\\npassword=%s\\n" "$RETRACE_USER" "$RETRACE_PASSWORD"; }; f';
  return {
    variables: script`RETRACE_USER=${login.user} RETRACE_PASSWORD=${login.password} `,
    options: ['-c', 'credential.helper=', '-c', `credential.${server}.helper=${helper}`],
  };
}

/** The directory of a repository that is on the host itself. */
export const localRepository = ({ repo }: Pick<GitAccess, 'repo'>): string | undefined =>
  repo.startsWith('/') ? repo : /^file:\/\/(\/[^%?#]*)$/.exec(repo)?.[1];

/** A script that lists the files in the wanted commit of a repository on this host. */
function treeScript(access: GitAccess): Script {
  const repo = localRepository(access);
  if (repo === undefined || access.bare) return script`:`;
  const { version } = access;
  const names = version === 'HEAD' ? ['HEAD'] : [`refs/heads/${version}`, `refs/tags/${version}`, version];
  return script`for r in ${names}; do ${gitWith(access)} -C ${repo} ls-tree -r -t -l -z --full-tree "$r" 2>/dev/null && break; done`;
}

function askTree(access: GitAccess): ShellQuestion | undefined {
  const repo = localRepository(access);
  return repo === undefined ? undefined : { ...sh`${treeScript(access)}`, about: [`path:${repo}`, 'by:package:git'] };
}

/** Asks for the state of the clone. */
export const askClone = (access: GitAccess) =>
  clone({
    dest: access.dest,
    bare: access.bare,
    brings: askTree(access),
    ...sh`dest=${access.dest}; command -v ${access.executable ?? 'git'} >/dev/null || { echo 'git is not installed' >&2; exit 127; }
tree() { ${treeScript(access)}; }
[ -e "$dest" ] || { echo absent; tree; exit; }
[ -d "$dest" ] || { echo other; exit; }
g() { ${gitWith(access)} -C "$dest" "$@"; }
trusted() { [ -O "$1" ] || { [ "$(id -u)" = 0 ] && [ "$(stat -c %u -- "$1")" = "$SUDO_UID" ]; } || g config --get-all safe.directory | grep -Fqx -e '*' -e "$dest"; }
foreign() { echo foreign; stat -c %U -- "$1"; id -un; exit; }
[ -n "$(ls -A "$dest")" ] || { trusted "$dest" || foreign "$dest"; echo empty; tree; exit; }
inside=$(g rev-parse ${access.bare ? '--absolute-git-dir' : '--show-toplevel'} 2>&1) || case $inside in
*'not a git repository'*) echo other; exit ;;
*'dubious ownership'* | *'owned by someone else'*) trusted "$dest" && foreign "$dest/.git"; foreign "$dest" ;;
*) echo "$inside" >&2; exit 1 ;;
esac
[ "$inside" -ef "$dest" ] || { echo other; exit; }
echo clone; g rev-parse -q --verify HEAD || echo; b=$(g symbolic-ref -q HEAD) && echo "\${b#refs/heads/}" || echo; g remote get-url ${access.remote} 2>/dev/null || echo
g rev-list --count HEAD --not --remotes --tags 2>/dev/null || echo 0
${access.bare ? script`` : script`g status --porcelain --untracked-files=no`}`,
    about: [`path:${access.dest}`, 'by:package:git'],
  });

/** Parses the state of the clone. */
export function readClone({ code, stdout, stderr }: ShellAnswer, dest: string): Clone {
  const [is, head, branch, url, local, ...dirty] = stdout.split('\n');
  if (is === 'foreign') return { is: 'absent', dirty: [], local: 0, error: dubious(dest, head ?? '', branch ?? '') };
  if (code !== 0) return { is: 'absent', dirty: [], local: 0, error: stderr.trim() };
  if (is !== 'clone') return { is: is as Clone['is'], dirty: [], local: 0, ...readTree(stdout) };
  const given = (text: string | undefined) => (text === '' ? undefined : text);
  return {
    is,
    head: given(head),
    branch: given(branch),
    url: given(url),
    local: Number(local),
    dirty: dirty.filter((line) => line !== ''),
  };
}

/**
 * Parses the commit's listing after the first line, if any. The files are unknown if git may write them differently.
 */
function readTree(stdout: string): { readonly brings?: readonly Blob[] } {
  const brings = stdout
    .slice(stdout.indexOf('\n') + 1)
    .split('\0')
    .flatMap((line) => {
      const [, mode = '', sha = '', size, path] = /^(\d{6}) \w+ (\w+) +(\d+|-)\t(.*)$/s.exec(line) ?? [];
      return path === undefined
        ? []
        : [
            {
              path,
              kind: kinds[mode.slice(0, 3)] ?? 'other',
              mode: Number.parseInt(mode.slice(3), 8),
              sha,
              size: Number(size) || 0,
            },
          ];
    });
  // git may write files with attributes differently; submodules are separate repositories.
  const isPlain = brings.every(({ path, kind }) => kind !== 'other' && !/(^|\/)\.git(attributes|modules)$/.test(path));
  return brings.length > 0 && isPlain ? { brings } : {};
}

const kinds: Readonly<Record<string, Blob['kind']>> = { '100': 'file', '040': 'directory', '120': 'link' };

/** git runs commands from a clone's configuration, so it refuses to work in somebody else's clone. */
const dubious = (dest: string, owner: string, user: string): string =>
  `${dest} belongs to ${owner}, so git refuses to work in it as ${user} (dubious ownership): set become_user: ${owner}, or give it to ${user} (chown -R), or trust it on the host: git config --global --add safe.directory ${quote(dest)}`;

/** Asks the repository for the wanted branch, tag or commit. */
export const askRemote = (access: GitAccess) =>
  shell(
    {
      ...sh`${gitWith(access)} ls-remote --symref -- ${repoUrl(access)} HEAD ${refsOf(access.version)}`,
      about: [
        'by:package:git',
        ...(access.repo.startsWith('/') ? [`path:${access.repo}`] : []),
        ...(access.key_file === undefined ? [] : [`entry:${access.key_file}`]),
      ],
      deadlineMs: 60_000,
    },
    { beyond: true },
  );

const refsOf = (version: string): readonly string[] => [
  `refs/heads/${version}`,
  `refs/tags/${version}`,
  `refs/tags/${version}^{}`,
  ...(version.startsWith('refs/') ? [version] : []),
];

/** Parses the repository's answer about the wanted branch, tag or commit. */
export function readRemote({ code, stdout, stderr, timedOut }: ShellAnswer, access: GitAccess): Remote {
  const { version } = access;
  const repo = repoUrl(access);
  if (timedOut) return { error: `${repo} did not respond in time` };
  if (code !== 0) return { error: stderr.trim() || `git ls-remote: exit code ${code}` };
  const refs = new Map(stdout.split('\n').map((line) => line.split('\t').reverse() as [string, string]));
  const own = /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(stdout)?.[1];
  if (version === 'HEAD') {
    const sha = [...stdout.matchAll(/^([0-9a-f]{40,64})\tHEAD$/gm)][0]?.[1];
    return sha === undefined ? { error: `${repo} is empty` } : { sha, kind: 'branch', branch: own };
  }
  const branch = refs.get(`refs/heads/${version}`);
  if (branch !== undefined) return { sha: branch, kind: 'branch', branch: version };
  const tag = refs.get(`refs/tags/${version}^{}`) ?? refs.get(`refs/tags/${version}`) ?? refs.get(version);
  if (tag !== undefined) return { sha: tag, kind: 'tag' };
  if (/^[0-9a-f]{7,64}$/.test(version)) return { sha: version, kind: 'commit' };
  return { error: `${repo} has no branch or tag ${version}` };
}

/** Asks how the clone's commit is related to the wanted one. */
export const askRelation = (access: GitAccess, sha: string) =>
  shell({
    ...sh`${gitWith(access)} -C ${access.dest} rev-list --left-right --count ${`HEAD...${sha}`}`,
    about: [`path:${access.dest}`, 'by:package:git'],
  });
