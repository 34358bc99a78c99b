import { quote } from '../../command.ts';
import { groupBy } from '../../group-by.ts';
import { type Question, type QuestionKind, question } from '../../question.ts';
import { decodeText } from '../../text-codec.ts';
import { onlyReply } from '../only-reply.ts';

/**
 * Options that keep a question from writing: apt saves its caches if they are out of date. Set only in that case,
 * since apt is slow without its caches.
 */
const withoutWriting = `fresh=/var/cache/apt/pkgcache.bin; inMemory=
for f in /var/lib/dpkg/status /var/lib/apt/lists /etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/preferences.d; do
  if [ "$f" -nt "$fresh" ] || [ ! -e "$fresh" ]; then inMemory='-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache='; fi
done\n`;

/** When the package lists of a host were last fetched. */
export interface AptLists {
  /** Seconds since the epoch; 0 if they were never fetched. */
  readonly updatedAt: number;
  readonly ageSeconds: number;
  /** In a check: a task would fetch them, and only then is it known when. */
  readonly foreseen?: true;
}

const listsKind: QuestionKind<null, AptLists> = {
  name: 'apt-lists',
  scripts: () => [
    {
      script:
        'date +%s; stat -c %Y /var/lib/apt/periodic/update-success-stamp /var/lib/apt/lists 2>/dev/null; set -- /var/lib/apt/lists/*_*; [ ! -e "$1" ]; echo $?',
    },
  ],
  read: onlyReply((reply, args) => {
    const [now = 0, ...times] = decodeText(reply.stdout).trim().split('\n').map(Number);
    const hasLists = times.pop() === 1;
    const updatedAt = !hasLists ? 0 : Math.max(0, ...times);
    return args.map(() => ({ ok: true, value: { updatedAt, ageSeconds: now - updatedAt } }));
  }),
  about: () => ['apt:lists'],
};

/** Ask when the package lists were last fetched. */
export const aptLists: Question<AptLists> = question(listsKind, null);

/** The versions of a package that apt could install. */
export interface AptPolicy {
  readonly known: boolean;
  readonly installed?: string;
  readonly candidate?: string;
  /** Best first, as apt lists them. */
  readonly versions: readonly string[];
}

interface PolicyArg {
  readonly name: string;
  readonly release?: string;
}

const policyKind: QuestionKind<PolicyArg, AptPolicy> = {
  name: 'apt-policy',
  scripts: (args) => [
    {
      script:
        withoutWriting +
        releases(args)
          .map(([release, names]) => policyLine(release, names))
          .join('\n'),
    },
  ],
  read: onlyReply((reply, args) => {
    const sections = decodeText(reply.stdout)
      .split(/^== (.*)\n/m)
      .slice(1);
    const byRelease = new Map(
      sections.flatMap((text, index) =>
        index % 2 === 0 ? [[text, readPolicies(sections[index + 1] ?? '')] as const] : [],
      ),
    );
    return args.map(({ name, release = '' }) => ({
      ok: true,
      value: byRelease.get(release)?.get(name) ?? { known: false, versions: [] },
    }));
  }),
  about: ({ name }) => [`package:${name}`, 'apt:lists'],
};

/** Ask which versions of a package apt could install. */
export const aptPolicy = (name: string, release?: string): Question<AptPolicy> =>
  question(policyKind, { name, release });

const releases = (args: readonly PolicyArg[]): readonly (readonly [string, readonly string[]])[] =>
  [...groupBy(args, (arg) => arg.release ?? '')].map(
    ([release, ones]) => [release, ones.map((one) => one.name)] as const,
  );

function policyLine(release: string, names: readonly string[]): string {
  const option = release === '' ? '' : ` -o ${quote(`APT::Default-Release=${release}`)}`;
  return `printf '== %s\\n' ${quote(release)}; LC_ALL=C apt-cache $inMemory${option} policy -- ${names.map(quote).join(' ')} 2>/dev/null`;
}

function readPolicies(text: string): ReadonlyMap<string, AptPolicy> {
  const blocks = text.split(/\n(?=\S)/).filter((block) => block.trim() !== '');
  return new Map(blocks.map((block) => [block.slice(0, block.indexOf('\n') - 1), readPolicy(block)]));
}

function readPolicy(block: string): AptPolicy {
  const field = (name: string) =>
    new RegExp(`^ {2}${name}: (.*)$`, 'm').exec(block)?.[1]?.replace('(none)', '') || undefined;
  const table = block.slice(block.indexOf('Version table:')).matchAll(/^ (?: {4}|\*\*\* )(\S+) -?\d+$/gm);
  return {
    known: true,
    installed: field('Installed'),
    candidate: field('Candidate'),
    versions: [...table].map(([, version = '']) => version),
  };
}

/** The changes that an apt-get command would make. */
export interface AptSimulation {
  readonly install: readonly { readonly name: string; readonly version: string; readonly from?: string }[];
  readonly remove: readonly { readonly name: string; readonly version: string }[];
  /** Files that `autoclean` would delete. */
  readonly files: readonly string[];
  /** apt's message if it could not do it, such as `Unable to locate package nosuch`. */
  readonly error?: string;
}

const simulationKind: QuestionKind<readonly string[], AptSimulation> = {
  name: 'apt-simulation',
  scripts: (args) =>
    args.map((words) => ({
      script: `${withoutWriting}LC_ALL=C apt-get $inMemory -s -q -y ${words.map(quote).join(' ')}`,
      deadlineMs: 120_000,
    })),
  read: (replies) =>
    replies.map((reply) => ({
      ok: true,
      value: readSimulation(reply.code, decodeText(reply.stdout), decodeText(reply.stderr)),
    })),
  costly: true,
  // Packages are left out, so that the answer stays valid even if earlier tasks would install some.
  about: () => ['apt:lists'],
};

/** Ask what an apt-get command would do. */
export const aptSimulation = (...words: readonly string[]): Question<AptSimulation> => question(simulationKind, words);

function readSimulation(code: number, stdout: string, stderr: string): AptSimulation {
  const lines = (pattern: RegExp) => [...stdout.matchAll(pattern)];
  return {
    install: lines(/^Inst (\S+) (?:\[([^\]]*)\] )?\((\S+)/gm).map(([, name = '', from, version = '']) => ({
      name,
      version,
      from,
    })),
    remove: lines(/^(?:Remv|Purg) (\S+) (?:\[([^\]]*)\])?/gm).map(([, name = '', version = '']) => ({
      name,
      version,
    })),
    files: lines(/^Del (.*)$/gm).map(([, file = '']) => file),
    ...(code === 0 ? {} : { error: aptError(stderr, stdout) ?? `apt-get: exit code ${code}` }),
  };
}

/** apt's error message, without its `E:`, and the unmet dependencies that explain it, which apt prints on stdout. */
export const aptError = (stderr: string, stdout = ''): string | undefined => {
  const lines = stderr.split('\n').flatMap((line) => (line.startsWith('E: ') ? [line.slice(3)] : []));
  const unmet = /have unmet dependencies:\n((?: .*(?:\n|$))+)/.exec(stdout)?.[1] ?? '';
  const why = unmet.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim().replace(/\s+/g, ' ')]));
  return lines.length === 0 ? undefined : [...why, ...lines].join('; ');
};
