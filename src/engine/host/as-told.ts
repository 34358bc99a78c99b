import type { Ending, Outcome, ToldOutcome } from '../../core/event.ts';
import { isRecord } from '../../core/map-texts.ts';
import type { TaskResult } from '../../core/task-type.ts';
import { Template } from '../../core/value.ts';

/** The part of an outcome that reporters may see. */
export const asTold = (outcome: Outcome): ToldOutcome =>
  told(
    outcome.censored === true
      ? { ...outcome, changes: [], message: hiddenMessage(outcome), warnings: [], result: censoredResult(outcome) }
      : { ...outcome, result: withPlainFacts(outcome.result) },
  );

/** What a task sets may be a dict as templates see it, or a template; reporters see plain data. */
function withPlainFacts(result: TaskResult): TaskResult {
  const { ansible_facts: facts, results } = result;
  if (facts === undefined && !Array.isArray(results)) return result;
  return {
    ...result,
    ...(facts !== undefined && { ansible_facts: plain(facts) }),
    ...(Array.isArray(results) && { results: results.map((one) => (isRecord(one) ? withPlainFacts(one) : one)) }),
  };
}

function plain(value: unknown): unknown {
  if (value instanceof Template) return value.source;
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), plain(item)]));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** Why it failed, or is unknown, may tell what must not be told; that there is a reason may be told. */
const hiddenMessage = ({ status }: Outcome): string | undefined =>
  status === 'failed' || status === 'unknown' ? 'the reason is hidden, because of no_log' : undefined;

const censoredResult = ({ result }: Outcome) => ({
  censored: "the output has been hidden due to the fact that 'no_log: true' was specified for this result",
  changed: result['changed'] === true,
  ...('attempts' in result && { attempts: result['attempts'] }),
  ...(result['failed'] === true ? { failed: true } : {}),
});

/** An outcome that holds only if no earlier task changes something is never reported as unconditional. */
function told(outcome: Outcome): ToldOutcome {
  const status = countedAs(outcome);
  return status === 'unless' ? { ...outcome, status, would: wouldEnd(outcome.status) } : { ...outcome, status };
}

/** The status under which an outcome is counted. */
export const countedAs = ({ status, unless = [] }: Pick<Outcome, 'status' | 'unless'>): ToldOutcome['status'] =>
  unless.length > 0 ? 'unless' : status;

const wouldEnd = (status: Ending): NonNullable<ToldOutcome['would']> =>
  status === 'ok' || status === 'changed' || status === 'skipped' ? status : 'failed';
