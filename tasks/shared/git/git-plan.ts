import {
  becomes,
  blurs,
  type Change,
  type Command,
  type Effect,
  followed,
  type Plan,
  predicts,
  type Script,
  type ShellAnswer,
  script,
  sh,
  shellAnswer,
} from '../../../src/sdk.ts';
import { askClone, askRelation, type Clone, type GitAccess, gitWith, type Remote, repoUrl } from './git-questions.ts';
import { cloned, type Places, placeOfClone } from './git-tree.ts';

/** The parameters of `git` that its plan reads. */
interface WantedClone extends GitAccess {
  readonly clone: boolean;
  readonly update: boolean;
  readonly force: boolean;
  readonly depth?: number;
  readonly single_branch: boolean;
  readonly recursive: boolean;
  readonly track_submodules: boolean;
  readonly refspec?: string;
  readonly reference?: string;
  readonly separate_git_dir?: string;
  readonly umask?: unknown;
  readonly verify_commit: boolean;
}

/** The commit to compare with the clone's, if they differ. */
export const relationNeeded = (
  clone: Clone,
  remote: Remote | undefined,
  { update }: WantedClone,
): string | undefined =>
  update && clone.head !== undefined && remote?.sha !== undefined && !clone.head.startsWith(remote.sha)
    ? remote.sha
    : undefined;

/** Plans the changes to a clone. */
export function planGit(
  now: Clone,
  remote: Remote | undefined,
  { relation, ...places }: Places & { readonly relation?: ShellAnswer },
  wanted: WantedClone,
): Plan {
  if (now.error !== undefined) return { failed: now.error };
  // This follows from the answers about files alone, so it is certain even if a predicted change affects the clone.
  if (now.is === 'other') return { failed: `${wanted.dest} exists and is not a git clone`, would: [] };
  const there = now.is === 'clone';
  if ((there && !wanted.update) || (!there && !wanted.clone)) return { changes: [] };
  if (remote?.error !== undefined || remote?.sha === undefined)
    return { failed: remote?.error ?? 'the repository was not queried' };
  if (!there) {
    const at = placeOfClone(wanted.dest, places);
    if ('failed' in at) return { failed: at.failed, would: [] };
    return { changes: [cloning(wanted, remote, cloned(wanted, { at, self: places.self }, now.brings))] };
  }
  const kept = wanted.force ? undefined : localWork(now, wanted);
  if (kept !== undefined) return { failed: kept, would: moves({ now, remote, relation, places }, wanted) };
  return { changes: moves({ now, remote, relation, places }, wanted) };
}

const short = (sha: string | undefined): string => sha?.slice(0, 10) ?? 'no commit';

/** Local work in the clone that would be lost. */
function localWork({ dirty, local }: Clone, { dest, bare }: WantedClone): string | undefined {
  if (bare || (dirty.length === 0 && local === 0)) return undefined;
  return dirty.length > 0
    ? `Local modifications exist in the destination: ${dest} (force=no): ${dirty.join(', ')}`
    : `${dest} has local commits that the repository does not have: ${local}`;
}

const umasked = ({ umask }: WantedClone): Script =>
  umask === undefined
    ? script``
    : script`umask ${String(umask)}
`;
const submodules = ({ recursive, bare, track_submodules, force }: WantedClone, g: Script): Script =>
  recursive && !bare
    ? script` && { [ ! -e .gitmodules ] || { ${g} submodule sync --recursive && ${g} submodule update --init --recursive ${[...(track_submodules ? ['--remote'] : []), ...forced(force)]}; }; }`
    : script``;
const verified = ({ verify_commit }: WantedClone, g: Script): Script =>
  verify_commit ? script` && ${g} verify-commit HEAD` : script``;
const forced = (force: boolean): readonly string[] => (force ? ['--force'] : []);

function cloning(wanted: WantedClone, { sha, kind, branch }: Remote, effects: readonly Effect[]): Change {
  const repo = repoUrl(wanted);
  const { dest, version, remote, bare, depth, single_branch, reference, separate_git_dir } = wanted;
  const g = gitWith(wanted, { writes: true });
  const named = version !== 'HEAD' && kind !== 'commit' && !version.startsWith('refs/');
  const words = [
    ...(bare ? ['--bare'] : ['--origin', remote]),
    ...(depth !== undefined && kind !== 'commit' ? ['--depth', String(depth)] : []),
    ...(single_branch ? ['--single-branch'] : []),
    ...(reference === undefined ? [] : ['--reference', reference]),
    ...(separate_git_dir === undefined ? [] : ['--separate-git-dir', separate_git_dir]),
    ...(named && !bare ? ['--branch', version] : []),
  ];
  const checkout =
    named || version === 'HEAD' || bare
      ? script``
      : script` && { ${g} cat-file -e ${`${sha}^{commit}`} 2>/dev/null || ${g} fetch ${remote} ${version}; } && ${g} checkout -q --detach ${sha!}`;
  const command = sh`${umasked(wanted)}mkdir -p -- "$(dirname -- ${dest})" && ${g} clone ${words} -- ${repo} ${dest} && cd -- ${dest}${checkout}${submodules(wanted, g)}${verified(wanted, g)}`;
  const stdout = `clone\n${sha}\n${kind === 'branch' ? (branch ?? '') : ''}\n${repo}\n0\n`;
  return {
    what: `clone ${dest}`,
    from: null,
    to: `${version} ${short(sha)}`,
    commands: [long(command, `git clone ${repo} ${dest}`)],
    effects: [...effects, predictClone(wanted, stdout)],
  };
}

const long = (command: Command, shown: string): Command => ({ ...command, shown, long: true });

const predictClone = (wanted: WantedClone, stdout: string): Effect => predicts(askClone(wanted), shellAnswer(stdout));

/** The effects of moving a clone to another commit: anything in its directory may change. */
const moved = (wanted: WantedClone, { dest }: Places, stdout: string): readonly Effect[] => {
  const entry = dest && followed(dest);
  const place = dest?.resolved ?? wanted.dest;
  return [
    blurs('absent:unit:*'),
    predictClone(wanted, stdout),
    ...(entry === undefined
      ? [blurs(`path:${place}`)]
      : [becomes({ place, was: entry.kind, entry }), blurs(`path:${place}/*`)]),
  ];
};

function moves(
  {
    now,
    remote,
    relation,
    places,
  }: {
    readonly now: Clone;
    readonly remote: Remote;
    readonly relation: ShellAnswer | undefined;
    readonly places: Places;
  },
  wanted: WantedClone,
): readonly Change[] {
  const { dest, force, bare } = wanted;
  const repo = repoUrl(wanted);
  const g = script`${gitWith(wanted, { writes: true })} -C ${dest}`;
  const after = moved(
    wanted,
    places,
    `clone\n${remote.sha}\n${remote.kind === 'branch' ? (remote.branch ?? '') : ''}\n${repo}\n0\n`,
  );
  const url: Change = {
    what: `remote ${wanted.remote} of ${dest}`,
    from: now.url === undefined ? null : toldUrl(now.url),
    to: repo,
    commands: [sh`${g} remote ${now.url === undefined ? 'add' : 'set-url'} ${wanted.remote} ${repo}`],
    effects: after,
  };
  const onBranch =
    remote.kind !== 'branch' ||
    remote.branch === undefined ||
    now.branch === remote.branch ||
    wanted.version === 'HEAD' ||
    bare;
  const same = now.head?.startsWith(remote.sha!) === true && onBranch;
  const dirty = force && now.dirty.length > 0;
  const behind = relation?.code === 0 ? `, ${relation.stdout.trim().split('\t')[1]} behind` : '';
  const move: Change = {
    what: `clone ${dest}`,
    from: `${now.branch ?? 'detached'} ${short(now.head)}${behind}`,
    to: `${remote.branch ?? wanted.version} ${short(remote.sha)}`,
    commands: [
      long(
        sh`${umasked(wanted)}${guarding(now, wanted, remote, g)}cd -- ${dest} && ${fetching(wanted, remote, g)} && ${arriving(now, wanted, remote, g)}${submodules(wanted, g)}${verified(wanted, g)}`,
        `git fetch and checkout ${wanted.version} in ${dest}`,
      ),
    ],
    effects: [
      ...after,
      ...(relation === undefined ? [] : [predicts(askRelation(wanted, remote.sha!), shellAnswer('0\t0\n'))]),
    ],
  };
  const cleaning: Change = {
    what: `local changes in ${dest}`,
    from: now.dirty.join(', '),
    to: 'none',
    commands: same ? [sh`${g} reset -q --hard`] : [],
    effects: after,
  };
  return [...(sameUrl(now.url, repo) ? [] : [url]), ...(dirty ? [cleaning] : []), ...(same ? [] : [move])];
}

/** Never show a password, not even one that an earlier run or a colleague left in the clone. */
const toldUrl = (repo: string): string => {
  const url = repoUrl({ repo });
  return url === repo ? url : `${url} with a password`;
};

const sameUrl = (one: string | undefined, other: string): boolean =>
  one?.replace(/\/+$/, '') === other.replace(/\/+$/, '');

function fetching(
  { remote, refspec, depth, bare, force }: WantedClone,
  { branch, kind, sha }: Remote,
  g: Script,
): Script {
  const shallow = depth === undefined || kind === 'commit' ? [] : ['--depth', depth];
  const wanted = depth !== undefined && branch !== undefined ? branch : '*';
  const specs = bare ? ['+refs/heads/*:refs/heads/*'] : [`+refs/heads/${wanted}:refs/remotes/${remote}/${wanted}`];
  // Without `-q`, git prints which ref it refused to update.
  const words = [...forced(force), ...shallow, remote, ...specs, ...(refspec === undefined ? [] : [refspec])];
  const fetch = script`${g} fetch --tags ${words}`;
  return kind === 'branch'
    ? fetch
    : script`${fetch} && { ${g} cat-file -e ${`${sha}^{commit}`} 2>/dev/null || ${g} fetch -q ${remote} ${sha!}; }`;
}

/**
 * At this point the checked-out branch has no local work, unless that may be discarded. The clone's other branches may
 * have some.
 */
function arriving(now: Clone, { remote, force, bare }: WantedClone, { branch, kind, sha }: Remote, g: Script): Script {
  if (bare) return branch === undefined ? script`:` : script`${g} symbolic-ref HEAD ${`refs/heads/${branch}`}`;
  const checkout = script`${g} checkout -q ${forced(force)}`;
  if (kind !== 'branch' || branch === undefined) return script`${checkout} --detach ${sha!}`;
  const there = `refs/remotes/${remote}/${branch}`;
  // Until the index is refreshed, `reset --keep` mistakes a file that was touched, copied or restored for a changed one.
  const reset = script`{ ${g} update-index -q --refresh >/dev/null || :; } && ${g} reset -q ${force ? '--hard' : '--keep'} ${there}`;
  if (now.branch === branch) return reset;
  return script`{ ${checkout} ${branch} -- 2>/dev/null || ${checkout} --track -b ${branch} ${there}; } && ${reset}`;
}

/** Refuses to move a branch of the clone that has local commits. */
function guarding(now: Clone, { force, bare }: WantedClone, { branch, kind }: Remote, g: Script): Script {
  if (force || bare || kind !== 'branch' || branch === undefined || now.branch === branch) return script``;
  const count = script`$(${g} rev-list --count ${`refs/heads/${branch}`} --not --remotes --tags 2>/dev/null)`;
  return script`case ${count} in '' | 0) ;; *) echo ${`the clone's branch ${branch} has local commits`} >&2; exit 1 ;; esac
`;
}
