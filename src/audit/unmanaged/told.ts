import { groupBy } from '../../core/group-by.ts';
import { visible } from '../../core/visible.ts';
import { GROUPS, type Unmanaged } from './thing.ts';

/** What was found on a host. */
export interface Found {
  readonly host: string;
  readonly things: readonly Unmanaged[];
  /** Sentences about what was not looked at. */
  readonly unread: readonly string[];
}

/** A group with more lines than this is folded. */
const MOST_LINES = 20;

/** The report for people: a summary, then the things by group, in a line each. Without `verbose`, like things share a line. */
export function unmanagedText({ host, things, unread }: Found, verbose: boolean): string {
  const groups = GROUPS.flatMap((group) => {
    const own = things.filter((thing) => thing.group === group);
    if (own.length === 0) return [];
    const lines = verbose ? own.map(lineOf) : folded(own);
    return [`  ${group}`, ...lines.map((line) => `    ${line}`)];
  });
  const notes = unread.map((sentence) => `  not looked at: ${visible(sentence)}`);
  return `${[`${host}: ${summary(things.length)}`, ...groups, ...notes].join('\n')}\n`;
}

/** Things of one group with the same thing the matter share a line, except paths, which are long; of many lines, the first are shown. */
function folded(things: readonly Unmanaged[]): readonly string[] {
  const alike = [
    ...groupBy(things, (thing) => (thing.name.startsWith('/') ? thing.name : `${thing.why} ${howOf(thing)}`)).values(),
  ];
  const lines = alike.flatMap((some) => {
    const [first] = some;
    if (some.length < 3) return some.map(lineOf);
    return [plain(`${some.map(({ name }) => name).join(', ')}: ${first.why} [${howOf(first)}]`)];
  });
  if (lines.length <= MOST_LINES) return lines;
  const shown = lines.slice(0, MOST_LINES - 1);
  return [...shown, `… and ${lines.length - shown.length} more lines (-v shows them)`];
}

function summary(count: number): string {
  if (count === 0) return 'nothing that Debian or a playbook does not account for';
  return `${count} ${count === 1 ? 'thing' : 'things'} that neither Debian nor a playbook accounts for`;
}

const lineOf = (thing: Unmanaged): string => plain(`${thing.name}: ${thing.why} [${howOf(thing)}]`);

/** The types of the tasks that would declare a thing, or what to do instead. */
function howOf({ tasks, instead = '' }: Unmanaged): string {
  const types = [...new Set(tasks.map(({ type }) => type.replace(/^.*\./, '')))];
  return types.length > 0 ? types.join(', ') : (instead.split('\n')[0] ?? '').replace(/:$/, '');
}

const plain = (text: string): string => visible(text).replaceAll('\n', ' ');

/** The report for programs. */
export const unmanagedData = ({ things, unread }: Omit<Found, 'host'>) => ({
  unmanaged: things.map(({ group, name, why, tasks, instead }) => ({
    group,
    name,
    why,
    tasks: tasks.map(({ type, args }) => ({ type, args })),
    ...(instead !== undefined && { instead }),
  })),
  not_looked_at: unread,
});
