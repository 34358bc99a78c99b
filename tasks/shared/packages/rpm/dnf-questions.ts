import {
  costlyShell,
  exporting,
  joined,
  type Question,
  type Script,
  type ShellAnswer,
  script,
  sh,
} from '../../../../src/sdk.ts';
import { definesAside } from '../aside.ts';
import { collects, tellsAll } from '../simulation.ts';
import { type DnfTask, dnfState, dnfWords, upgradeWords } from './dnf-params.ts';
import { rpmTells } from './rpm-tells.ts';

type Environment = Readonly<Record<string, string>>;

/** The programs that can do it, best first. */
const programsOf = ({ programs = ['dnf', 'dnf5', 'yum'] }: DnfTask): readonly string[] => programs;

/** Sets `$dnf`, or ends with 127. */
export const findsDnf = (task: DnfTask): Script => script`dnf=
for p in ${programsOf(task)}; do [ "$dnf" ] || ! command -v "$p" >/dev/null || dnf=$p; done
[ "$dnf" ] || exit 127
`;

/** Runs dnf until its lock is free, for `lock_timeout` seconds at most; 200 is its exit code if the lock is held. */
export const withLock = ({ lock_timeout }: DnfTask, run: Script): Script => script`n=0
while :; do ${run}; code=$?; [ "$code" = 200 ] && [ "$n" -lt ${lock_timeout} ] || break; n=$((n + 1)); sleep 1; done
`;

/** What is on the host about these packages, and what dnf would do. */
const subjectsOf = ({ name, installroot }: DnfTask): readonly string[] => [
  ...name.map((one) => `package:${one.replace(/[ <>=*?[].*$/, '')}${/[*?[]/.test(one) ? '*' : ''}`),
  ...name.filter((one) => one.startsWith('/')).map((one) => `by:data:${one}`),
  'path:/etc/yum.repos.d',
  'path:/etc/dnf',
  'entry:/etc/yum.conf',
  ...(installroot === '/' ? [] : [`entry:${installroot}`]),
  'by:package:dnf',
];

/**
 * Asks rpm which of the packages are installed: a line `+ NAME` or `- NAME` for each, `? NAME` if rpm cannot tell. Only if something
 * may have to be done, asks dnf what that would be: for each of its commands a line with a record separator and the verb, its output,
 * a line `# NAME VERSION` for each installed package in it, and `= CODE`.
 */
export function askDnf(task: DnfTask, environment: Environment): Question<ShellAnswer> {
  const { name, installroot, autoremove, update_only } = task;
  const root = installroot === '/' ? [] : ['--root', installroot];
  const views = installroot === '/' ? ['/var/cache', '/var/lib/dnf'] : [installroot];
  const upgradesAll = dnfState(task) === 'latest' && name.includes('*');
  const all = upgradesAll ? name.filter((one) => one !== '*') : name;
  const words = dnfWords(task);
  const asks: Readonly<Record<string, readonly Script[]>> = {
    present: [collects(all, ['-', '?'], script`sim install`)],
    latest: [
      ...(update_only ? [] : [collects(all, ['-', '?'], script`sim install`)]),
      upgradesAll
        ? script`sim upgrade ${upgradeWords(task)}
`
        : collects(
            all.filter((one) => !isPackageFile(one)),
            ['+', '?'],
            script`sim upgrade ${upgradeWords(task)}`,
          ),
    ],
    absent: [
      collects(all, ['+', '?'], script`sim remove`),
      ...(autoremove && name.length === 0
        ? [
            script`sim autoremove
`,
          ]
        : []),
    ],
  };
  return costlyShell({
    ...sh`${exporting(environment)}export LC_ALL=C
${findsDnf(task)}${definesAside(views)}${rpmTells(root)}sim() {
  printf '\036\n%s\n' "$1"
  [ -d ${installroot} ] || return
  ${withLock(task, script`out=$(aside "$dnf" ${words} "$@" --assumeno 2>&1 </dev/null)`)}
  printf '%s\n' "$out"
  rpm ${root} -q --qf '# %{NAME} %{EPOCH}:%{VERSION}-%{RELEASE}\n' $(printf '%s\n' "$out" | sed -n 's/^ \([A-Za-z0-9_.+-]*\) .*/\1/p') 2>/dev/null | grep '^#'
  printf '= %s\n' "$code"
}
${tellsAll(all)}${joined(asks[dnfState(task)] ?? [], script``)}:`,
    about: subjectsOf(task),
    deadlineMs: 600_000,
  });
}

/** Whether it is the file of a package, or its URL. */
export const isPackageFile = (name: string): boolean => name.endsWith('.rpm') || name.includes('://');
