import { type Worth, WRONG } from '../../truth/compare.ts';
import { APART } from './end-state.ts';
import { PHASES, type Phase, type Tried } from './trial.ts';

/** The page with these rows, and those of its earlier version that are about other roles. */
export const pageOf = (all: readonly Tried[], earlier: string): string => {
  const rows = new Map([...rowsIn(earlier), ...all.map((tried) => [tried.role, rowOf(tried)] as const)]);
  return `${HEAD}${[...rows.keys()]
    .toSorted()
    .map((role) => rows.get(role))
    .join('\n')}\n`;
};

const rowsIn = (page: string): readonly (readonly [string, string])[] =>
  [...page.matchAll(/^\| ([a-z_]+\.[a-z_.]+) \|.*$/gm)].map(([row, role = '']) => [role, row] as const);

const HEAD = `# Public roles

Roles from Ansible Galaxy, unmodified, on pristine Debian 12 hosts in the lab: with Retrace on one host, and with ansible-playbook (with
pipelining; Debian's, unless a role needs a newer one) on its twin. Each pair of values is *ours / Ansible's*. \`npm run roles -- DIR\` runs the plays in
test/conformance/roles and writes this page; DIR has the roles, which are not part of this repository.

- **Exit codes** of the first and the second run, called as ansible-playbook.
- **Changed**: how many tasks changed something in the first and in the second run.
- **Recaps**: whether all counts agree in the first run, the second run, and the check after it. (Ansible's task "Gathering Facts" is
  not counted: Retrace asks for facts when something uses them.)
- **End state**: whether both hosts have the same files (with content, where configuration lives; databases and logs without), accounts,
  packages, units, firewall rules and crontabs. Not compared:
${APART.map(({ why }) => `  - ${why}`).join('\n')}
- **Our check** on the pristine host, under the name \`run\`: how its predictions turned out in the first run. *Unknown* is what it said
  it could not know, mostly because a package would be installed first. *Wrong* is a prediction that did not come true. *Left out* is a
  task that the role itself does not run in a check (\`when: not ansible_check_mode\`), so what it changes cannot be foreseen.
- **Check after all**: the exit code of \`run --check\` after both runs: 0 means no drift, 2 drift, and 3 that something stays open,
  because a check does not run the role's commands.
- **Seconds** for the first run, the second run, and a check after them. The machine has two cores, which the hosts share, and was busy
  with other work: ratios mean more than times. Our first run came first, so it was the one that filled the cache of packages.

| role | ansible-core | exit codes | changed | recaps | end state | our check | check after all | first run | second run | check |
| --- | --- | --- | --- | --- | --- | --- | --: | --: | --: | --: |
`;

const RUNS: readonly Phase[] = ['first', 'second'];

function rowOf(tried: Tried): string {
  const { role, ours, theirs, drift, differences } = tried;
  const seconds = (phase: Phase): string => `${ours[phase].seconds.toFixed(1)} / ${theirs[phase].seconds.toFixed(1)}`;
  const cells = [
    role,
    tried.core,
    RUNS.map((phase) => `${ours[phase].exitCode} / ${theirs[phase].exitCode}`).join(', '),
    RUNS.map((phase) => `${ours[phase].changed} / ${theirs[phase].changed}`).join(', '),
    otherRecaps(tried).length === 0 ? 'equal' : `differ in: ${otherRecaps(tried).join(', ')}`,
    differences.length === 0 ? 'equal' : `${differences.length} differences`,
    predictions(tried),
    drift.exitCode,
    ...(['first', 'second', 'check again'] as const).map(seconds),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** The check on a pristine host is left out: there, Ansible only goes as far as the first thing that is missing. */
const otherRecaps = ({ ours, theirs }: Tried): readonly Phase[] =>
  PHASES.filter((phase) => phase !== 'check' && ours[phase].recap !== theirs[phase].recap);

const ALL_WRONG: readonly Worth[] = [...WRONG, 'failure not foreseen', 'failed in the check only'];

function predictions({ verdicts }: Tried): string {
  const count = (...worths: readonly Worth[]) => verdicts.filter(({ worth }) => worths.includes(worth)).length;
  const wrong = verdicts.filter(({ worth }) => ALL_WRONG.includes(worth));
  const leftOut = wrong.filter(({ check }) => /ansible_check_mode/.test(String(check?.result['false_condition'])));
  const named: readonly (readonly [number, string])[] = [
    [count('true', 'true, unless'), 'true'],
    [count('unknown', 'altered', 'not reached'), 'unknown'],
    [leftOut.length, 'left out by the role in a check'],
    [wrong.length - leftOut.length, leftOut.length > 0 ? 'wrong after that' : 'wrong'],
  ];
  return named
    .filter(([times]) => times > 0)
    .map(([times, worth]) => `${times} ${worth}`)
    .join(', ');
}

/** More differences than these have a cause in common. */
const SHOWN = 40;

/** The role's row, and what does not agree, for the person who looks into it. */
export function detailsOf(tried: Tried): string {
  const { verdicts, differences, ours, theirs, drift } = tried;
  const recaps = PHASES.filter((phase) => ours[phase].recap !== theirs[phase].recap).map(
    (phase) => `recap, ${phase}: ours ${ours[phase].recap}, Ansible's ${theirs[phase].recap}`,
  );
  const wrong = verdicts
    .filter(({ worth }) => ALL_WRONG.includes(worth))
    .map(({ worth, about, detail }) => `${worth}: ${about.name}: ${detail}`);
  const after = drift.exitCode === 0 ? [] : [`check after all: exit code ${drift.exitCode}, ${drift.recap}`];
  return [
    rowOf(tried),
    ...[...recaps, ...wrong, ...after, ...differences.slice(0, SHOWN)].map((line) => `  ${line}`),
  ].join('\n');
}
