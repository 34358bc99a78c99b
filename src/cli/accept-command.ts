import { dirname, join, relative } from 'node:path';
import { accept } from '../audit/accept.ts';
import { BASELINE, isDate, readBaselines } from '../audit/baseline.ts';
import { LINT } from '../audit/finding.ts';
import { userName } from '../audit/record.ts';
import { inOneLine } from '../core/source.ts';
import type { CallIo } from './command.ts';
import { ambiguousStart, wrongStart } from './finding-id.ts';
import { withHistory } from './history-command.ts';

/** What the user decided. */
interface Decision {
  readonly until: string | undefined;
  readonly why: string | undefined;
  readonly owner: string | undefined;
  readonly host: readonly string[] | undefined;
}

/** Writes a finding to the baseline file beside its playbook. */
export async function acceptCommand(decision: Decision, start: string, io: CallIo): Promise<number> {
  const { until, why, owner = userName(), host: hosts = [] } = decision;
  const today = new Date().toISOString().slice(0, 10);
  const mistakes = [
    ...(until === undefined
      ? ['--until is missing: the last day on which the finding is accepted']
      : wrongDate(until, today)),
    ...(why === undefined ? ['--why is missing: the reason'] : []),
    ...wrongStart(start),
  ];
  if (mistakes.length > 0 || until === undefined || why === undefined) return io.refuse(mistakes);
  return withHistory(io, (history) => {
    const [found, ...others] = history.findingsLike(start);
    if (found === undefined) return io.refuse([`no audit of this machine has found "${start}"`]);
    if (others.length > 0)
      return io.refuse([
        ambiguousStart(
          start,
          [found, ...others].map(({ id }) => id),
        ),
      ]);
    const [playbook] = history.playbooksOf(found.id) ?? [];
    if (playbook === undefined) return io.refuse([`it is not known which playbook found "${found.id}"`]);
    const file = join(dirname(playbook), BASELINE);
    const present = readBaselines([dirname(playbook)]);
    if (!present.ok) return io.refuse(present.error.map(inOneLine));
    const strangers = hosts.filter((host) => !history.hasFound(found.id, host));
    if (strangers.length > 0) return io.refuse([`--host: "${found.id}" was never found on ${strangers.join(', ')}`]);
    const about = found.task.type === LINT && found.subject !== undefined ? ` ${found.subject}` : '';
    const item = found.item === undefined ? about : ` (item=${found.item})`;
    accept(file, { finding: found.id, task: `${found.task.name}${item}`, hosts, until, owner, why });
    const where = hosts.length === 0 ? 'on all hosts' : `on ${hosts.join(', ')}`;
    io.stdout.write(
      `${found.id} ${found.task.name}${item} is accepted ${where} until ${until}: ${relative(io.cwd, file)}\n`,
    );
    return 0;
  });
}

function wrongDate(until: string, today: string): readonly string[] {
  if (!isDate(until)) return [`--until: expected a date as in 2027-01-31, got "${until}"`];
  return until < today ? [`--until: ${until} has passed`] : [];
}
