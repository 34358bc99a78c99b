import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { decodeText } from '../../core/text-codec.ts';

/** A commit, as people refer to it. */
interface Commit {
  readonly hash: string;
  readonly text: string;
}

/** The most commits that are looked through. */
const MOST = 500;

/**
 * The commit that dropped a declaration, as far as the repository proves it: before it, the playbook's directory had one of these words,
 * and after it no more. Otherwise that there is only one since `revision`, if so and nothing is uncommitted.
 */
export function droppedIn(playbook: string, revision: string, words: readonly string[]): string | undefined {
  const folder = dirname(playbook);
  const range = `${revision}..HEAD`;
  const all = commits(folder, ['log', `-${MOST}`, FORMAT, range, '--', '.']);
  if (all === undefined) return undefined;
  for (const word of words.filter((one) => one.length > 2)) {
    const dropping = (commits(folder, ['log', `-${MOST}`, FORMAT, `-S${word}`, range, '--', '.']) ?? []).find(
      ({ hash }) => !has(folder, word, hash) && has(folder, word, `${hash}^`),
    );
    if (dropping !== undefined && !has(folder, word, 'HEAD')) return `dropped in ${dropping.text}`;
  }
  const [only, ...more] = all;
  const isClean = only !== undefined && git(folder, ['status', '--porcelain', '--', '.']) === '';
  return isClean && more.length === 0 ? `the only commit since is ${only.text}` : undefined;
}

const FORMAT = '--format=%H%x00%h "%s" (%an, %as)';

const commits = (folder: string, args: readonly string[]): readonly Commit[] | undefined =>
  git(folder, args)
    ?.split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ hash: line.split('\0')[0] ?? '', text: line.split('\0')[1] ?? '' }));

const has = (folder: string, word: string, commit: string): boolean =>
  git(folder, ['grep', '-qF', '-e', word, commit, '--', '.']) !== undefined;

/** What git prints; undefined if it fails, or there is no git. */
function git(folder: string, args: readonly string[]): string | undefined {
  try {
    const printed = execFileSync('git', args, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 10_000,
      env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' },
    });
    return decodeText(printed);
  } catch {
    return undefined; // then nothing is proven
  }
}
