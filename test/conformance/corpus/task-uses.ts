import { NOT_YET, REASONS, type Reason, reasonFor } from './missing-types.ts';
import type { Survey } from './survey.ts';

/** How often something is used: in all, and in copies of collections. */
interface Uses {
  readonly all: number;
  readonly copied: number;
}

/** The section about the task types that playbooks use: how many there are, why others are missing, and which are still to be written. */
export function taskUses(surveys: readonly Pick<Survey, 'tasks' | 'elsewhere' | 'copied' | 'brought'>[]): string {
  const types = sum(surveys.map(({ tasks, copied }) => ({ all: tasks.total, copied: copied.tasks })));
  const brought = sum(surveys.map((one) => one.brought));
  const known = sum([types, brought]);
  const missing = missingNames(surveys);
  const reasons = [...REASONS, NOT_YET].map((reason) => ({ reason, uses: usesFor(missing, reason) }));
  const every = sum([known, ...reasons.map(({ uses }) => uses)]);
  const onDebian = sum([known, ...reasons.filter(({ reason }) => reason.onDebian).map(({ uses }) => uses)]);
  const line = (title: string, concerns: string, uses: Uses): string =>
    `| ${title} | ${concerns} | ${uses.all} | ${share(uses.all, every.all)} | ${uses.all - uses.copied} |`;
  return `Of all uses of task types, ${share(known.all, every.all)} are of types that this program has, or of modules
that the repository itself brings and this program finds; of those that can concern a Debian host,
${share(known.all, onDebian.all)}. Without copies of collections, it is ${share(own(known), own(every))} and ${share(own(known), own(onDebian))}.
A use can concern a Debian host unless the module, by its nature, manages something else: a network device, Windows, a cloud, another operating system.
A repository that contains copies of whole collections also contains their integration tests, which use each module many times.

| task types | Debian hosts | uses | share | without copies of collections |
| --- | --- | --: | --: | --: |
${[
  line('that this program has', 'yes', types),
  line(
    'modules that a repository itself brings, and that this program finds (it runs modules in any language)',
    'yes',
    brought,
  ),
  ...reasons.map(({ reason, uses }) => line(`missing: ${reason.title}`, reason.onDebian ? 'yes' : 'no', uses)),
  line('all', '', every),
].join('\n')}

The types that are not written yet and would be useful on Debian hosts, with the number of uses: ${listed(missing, NOT_YET)}.
`;
}

type Missing = ReadonlyMap<string, Uses>;

function missingNames(surveys: readonly Pick<Survey, 'elsewhere' | 'copied'>[]): Missing {
  const all = new Map<string, Uses>();
  const add = (name: string, uses: Uses): void => void all.set(name, sum([all.get(name) ?? none, uses]));
  for (const { elsewhere, copied } of surveys) {
    for (const [name, count] of elsewhere['task type']) add(name, { all: count, copied: 0 });
    for (const [name, count] of copied.missing) add(name, { all: 0, copied: count });
  }
  return all;
}

const usesFor = (missing: Missing, reason: Reason): Uses =>
  sum([...missing].filter(([name]) => reasonFor(name) === reason).map(([, uses]) => uses));

// A type has one name here, whichever collection a playbook names.
function listed(missing: Missing, reason: Reason): string {
  const counts = new Map<string, number>();
  for (const [name, { all }] of missing) {
    const bare = name.slice(name.lastIndexOf('.') + 1);
    if (reasonFor(name) === reason) counts.set(bare, (counts.get(bare) ?? 0) + all);
  }
  const sorted = [...counts].sort(([a, some], [b, others]) => others - some || (a < b ? -1 : 1));
  return sorted.map(([name, count]) => `${name} (${count})`).join(', ') || 'none';
}

const none: Uses = { all: 0, copied: 0 };
const sum = (uses: readonly Uses[]): Uses => ({
  all: uses.reduce((total, { all }) => total + all, 0),
  copied: uses.reduce((total, { copied }) => total + copied, 0),
});
const own = ({ all, copied }: Uses): number => all - copied;
const share = (part: number, whole: number): string =>
  whole === 0 ? '100 %' : `${((100 * part) / whole).toFixed(1)} %`;
