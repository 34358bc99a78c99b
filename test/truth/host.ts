import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, linkSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from './random.ts';

/** An entry of a random host; its path is relative to the top. Symbolic and hard links come after their targets. */
export type Entry =
  | { readonly kind: 'directory'; readonly path: string; readonly mode: number; readonly uid: number }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly mode: number;
      readonly uid: number;
      readonly content: Buffer;
    }
  | { readonly kind: 'link'; readonly path: string; readonly to: string }
  | { readonly kind: 'hard'; readonly path: string; readonly to: string };

const LINES = [
  'alpha = 1',
  'alpha = 2',
  'beta = yes',
  '# alpha = 0',
  '[main]',
  '[other]',
  'listen 80;',
  'name = Zoë',
  'gamma',
  '',
];

/** Lines that occur in the files of a random host, and that random tasks write into them. */
export const someLines = (random: Random): readonly string[] =>
  Array.from({ length: random.int(1, 6) }, () => random.pick(LINES));

/** A random text: with LF or CRLF, with or without a final line ending, sometimes empty. */
export function someText(random: Random): string {
  if (random.chance(0.1)) return '';
  const end = random.chance(0.15) ? '\r\n' : '\n';
  return someLines(random).join(end) + (random.chance(0.8) ? end : '');
}

const someContent = (random: Random): Buffer =>
  random.chance(0.06) ? Buffer.from([0, 255, 254, 10, 200, 13, 7]) : Buffer.from(someText(random));

const DIRECTORIES = ['d', 'd/sub', 'd/sub/deep', 'e', 'e/empty', 'with blank', 'd/parts'];
const FILES = [
  'a.conf',
  'b.txt',
  'd/a.conf',
  'd/sub/c.ini',
  'd/sub/deep/x',
  'd/parts/10-a',
  'd/parts/20-b',
  'e/f.list',
  'e/.hidden',
  'with blank/it\'s "q".txt',
  'e/ünï $HOME `x`.txt',
];
const LINKS = ['l1', 'l2', 'd/l3', 'e/l4', 'l5', 'd/sub/l6'];

const MODES = [0o644, 0o644, 0o600, 0o640, 0o755, 0o444, 0o666];
const OWNERS = [0, 0, 0, 1, 65534];

/** A random host: what is at which path. */
export function randomHost(random: Random): readonly Entry[] {
  const directories = DIRECTORIES.filter(
    (path, _, all) => random.chance(0.85) || all.some((other) => other.startsWith(`${path}/`)),
  );
  const parents = new Set(directories);
  const files = FILES.filter((path) => random.chance(0.8) && (!path.includes('/') || parents.has(parentOf(path))));
  const places = LINKS.filter((path) => random.chance(0.7) && (!path.includes('/') || parents.has(parentOf(path))));
  const entries: Entry[] = [
    ...directories.map(
      (path): Entry => ({
        kind: 'directory',
        path,
        mode: random.pick([0o755, 0o755, 0o700, 0o2775]),
        uid: random.pick(OWNERS),
      }),
    ),
    ...files.map(
      (path): Entry => ({
        kind: 'file',
        path,
        mode: random.pick(MODES),
        uid: random.pick(OWNERS),
        content: someContent(random),
      }),
    ),
  ];
  for (const path of places)
    entries.push(random.chance(0.15) && files.length > 0 ? hardLink(random, path, files) : link(random, path, entries));
  return entries;
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

const hardLink = (random: Random, path: string, files: readonly string[]): Entry => ({
  kind: 'hard',
  path,
  to: random.pick(files),
});

/** A link to a file, a directory, another link, itself, or nothing; relative, or starting at the top (`/…` means the top of the host). */
function link(random: Random, path: string, entries: readonly Entry[]): Entry {
  const targets = entries.length === 0 ? ['missing'] : entries.map((entry) => entry.path);
  const target = random.weighted([
    [7, () => random.pick(targets)],
    [2, () => random.pick(['missing', 'd/missing', 'no/such/thing'])],
    [1, () => random.pick(LINKS)],
  ])();
  const up = '../'.repeat(path.split('/').length - 1);
  return { kind: 'link', path, to: random.chance(0.3) ? `/${target}` : `${up}${target}` };
}

/** Creates the host below a directory; `sources` (`makeSources`) becomes its directory `src`. */
export function makeHost(top: string, entries: readonly Entry[], sources: string): void {
  mkdirSync(top, { recursive: true });
  cpSync(sources, join(top, 'src'), { recursive: true, preserveTimestamps: true });
  const root = process.getuid?.() === 0;
  for (const entry of entries) {
    const path = join(top, entry.path);
    if (entry.kind === 'directory') mkdirSync(path, { recursive: true });
    else if (entry.kind === 'file') writeFileSync(path, entry.content);
    else if (entry.kind === 'hard') linkSync(join(top, entry.to), path);
    else symlinkSync(entry.to.startsWith('/') ? top + entry.to : entry.to, path);
    if (entry.kind === 'link' || entry.kind === 'hard') continue;
    if (root) chownSync(path, entry.uid, entry.uid);
    chmodSync(path, entry.mode);
  }
  // Long ago, so that it shows what a check or a run touches.
  for (const entry of entries.toReversed())
    if (entry.kind !== 'link') utimesSync(join(top, entry.path), 1_600_000_000, 1_600_000_000);
}

/** The names of the sources for `git` and `unarchive`, relative to the top. */
export const SOURCES = { repository: 'src/repo.git', tar: 'src/t.tar.gz', zip: 'src/t.zip' } as const;

/** Creates a repository to clone from, and two archives, in an empty directory. */
export function makeSources(directory: string): void {
  execFileSync('/bin/sh', ['-c', MAKE_SOURCES], { cwd: directory, env: { ...process.env, ...GIT_ENV }, stdio: 'pipe' });
}

const GIT_ENV = {
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.org',
  GIT_AUTHOR_DATE: '2020-01-01T00:00:00Z',
  GIT_COMMITTER_DATE: '2020-01-01T00:00:00Z',
  GIT_CONFIG_NOSYSTEM: '1',
};

const MAKE_SOURCES = `set -e
mkdir -p w/in && cd w
printf 'one\\n' > a.conf; printf 'two\\n' > in/two.txt; chmod 600 in/two.txt
git init -q --template= -b main . && git add . && git commit -q -m one && git tag v1
printf 'three\\n' > three; git add . && git commit -q -m two
git clone -q --template= --bare . ../repo.git
rm -rf .git
touch -d 2020-01-02T00:00:00Z a.conf in/two.txt three in
tar -czf ../t.tar.gz a.conf in
! command -v zip >/dev/null || zip -q -r ../t.zip a.conf in
cd .. && rm -rf w`;
