import { type Parts, partLines } from '../../../core/facts/parts.ts';
import { fieldRows } from '../survey.ts';
import type { Unmanaged, WantedTask } from '../thing.ts';

interface Line {
  readonly text: string;
  /** The name that Ansible's cron wrote above the job. */
  readonly named: string | undefined;
}

/** Jobs in the crontabs of users, and jobs of at. */
export function jobs(parts: Parts): readonly Unmanaged[] {
  const tables = new Map<string, string[]>();
  for (const [user = '', line = ''] of fieldRows(parts, 'crontabs', 2))
    tables.set(user, [...(tables.get(user) ?? []), line]);
  return [
    ...[...tables].flatMap(([user, lines]) => crontabThings(user, lines)),
    ...partLines(parts, 'jobs').map(atThing),
  ];
}

function crontabThings(user: string, lines: readonly string[]): readonly Unmanaged[] {
  const found = lines.flatMap((text, index): readonly Line[] => {
    if (text.trim() === '' || text.trim().startsWith('#')) return [];
    return [{ text: text.trim(), named: /^#Ansible: (.*)$/.exec(lines[index - 1] ?? '')?.[1] }];
  });
  const path = `/var/spool/cron/crontabs/${user}`;
  // The cron type finds its jobs by their names: without a name it would add a second one.
  const whole: WantedTask = {
    type: 'ansible.builtin.copy',
    args: { dest: path, owner: user, group: 'crontab', mode: '0600' },
    contentOf: path,
  };
  const isNamed = found.every((line) => line.named !== undefined && taskOf(user, line) !== undefined);
  return found.map((line) => {
    const own = taskOf(user, line);
    return {
      group: 'cron',
      name: `${user}: ${line.text}`,
      why: `in the crontab of ${user}`,
      subjects: [[`crontab:${user}`], [`entry:${path}`]],
      mention: line.named ?? line.text,
      tasks: isNamed && own !== undefined ? [own] : [whole],
    };
  });
}

function taskOf(user: string, { text, named }: Line): WantedTask | undefined {
  const special = /^@(reboot|yearly|annually|monthly|weekly|daily|hourly)\s+(.*)$/.exec(text);
  const usual = /^(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(.*)$/.exec(text);
  if (named === undefined) return undefined;
  const at = (args: object): WantedTask => ({ type: 'ansible.builtin.cron', args: { name: named, user, ...args } });
  if (special !== null) return at({ special_time: special[1], job: special[2] });
  if (usual === null || !/^[\d*]/.test(text)) return undefined;
  const [, minute, hour, day, month, weekday, job] = usual;
  return at({ minute, hour, day, month, weekday, job });
}

const atThing = (name: string): Unmanaged => ({
  group: 'cron',
  name: `at job ${name}`,
  why: 'waits to be run once',
  subjects: [[`entry:/var/spool/cron/atjobs/${name}`]],
  tasks: [],
  instead: 'a job that runs once is no state: use cron or a timer if it should run again',
});
