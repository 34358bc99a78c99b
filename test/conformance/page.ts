import type { Compared } from './count.ts';
import { byReason } from './left-out.ts';
import { missing } from './missing.ts';

/** What came of a target. */
export interface Row extends Compared {
  readonly target: string;
  readonly exits: { readonly ours: string; readonly theirs: string };
  readonly seconds: { readonly ours: number; readonly theirs: number };
  /** What we did not hold, and why, line by line. */
  readonly misses: readonly string[];
}

const percent = ({ held, of }: Compared): string => (of === 0 ? '–' : `${((100 * held) / of).toFixed(1)} %`);

/** A row of the page's table. */
export const rowLine = (row: Row): string =>
  `| ${row.target} | ${row.of} | ${row.held} | ${percent(row)} | ${row.exits.ours} / ${row.exits.theirs} | ${row.seconds.ours.toFixed(0)} s / ${row.seconds.theirs.toFixed(0)} s |`;

/** The page that tells of all targets. */
export function page(rows: readonly Row[], targets: readonly string[]): string {
  const sum = (of: (row: Row) => number): number => rows.reduce((all, row) => all + of(row), 0);
  const all = { held: sum(({ held }) => held), of: sum(({ of }) => of) };
  const sameExit = rows.filter(({ exits }) => (exits.ours === '0') === (exits.theirs === '0')).length;
  return `# Conformance

Ansible's own integration targets (stable-2.14), run through our front ends and through Debian's ansible-core 2.14.18 on two
equal Debian hosts. A role target is a play with that role; a script target is its \`runme.sh\`, with our \`ansible-playbook\`,
\`ansible\`, \`ansible-inventory\` and \`ansible-vault\` first in PATH. Ansible runs them unmodified. For us, the \`assert\` tasks
that held with Ansible get \`ignore_errors\`, and a script goes on after a check that fails: so a first difference does not
hide the others. Other tasks that fail end a target as they always do, and what stands behind counts as not held.

An assertion is a condition of an \`assert\` task, on each host and for each item, or a check or run in a script; those are
counted that Ansible reaches and holds, and of them those that we reach and hold as well. A target with an assertion that was
passed over counts as ended with an error.

Made by \`npm run conformance -- DIR --all\` (without DIR it says where to get Ansible's targets; nothing of them is kept here).

Assertions: ${all.held} of ${all.of} (${percent(all)}). Exit codes that tell the same: ${sameExit} of ${rows.length} targets.
Time: ${sum(({ seconds }) => seconds.ours).toFixed(0)} s, Ansible ${sum(({ seconds }) => seconds.theirs).toFixed(0)} s.

| target | Ansible | ours | | exit codes (ours / Ansible) | time (ours / Ansible) |
| --- | --: | --: | --: | --- | --- |
${rows.map(rowLine).join('\n')}
| **all** | ${all.of} | ${all.held} | ${percent(all)} | | |

## What is missing, and why

${missing.map(({ target, why }) => `- **${target}**: ${why}`).join('\n')}

## Targets that are not run

${[...byReason(targets)].map(([why, names]) => `- It ${why}: ${names.join(', ')}.`).join('\n')}
`;
}
