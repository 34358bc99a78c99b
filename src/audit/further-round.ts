import type { Question } from '../core/question.ts';
import type { ShellAnswer } from '../core/questions/shell.ts';
import type { RunContext } from '../engine/variables/run-context.ts';
import { askHosts, type WayIn } from './ask-hosts.ts';
import type { HostFinding } from './finding.ts';
import { LINT_QUESTIONS } from './lints/index.ts';
import type { LintContext } from './lints/lint.ts';
import { type Linted, readLints, unasked } from './lints/read-lints.ts';
import type { Recording } from './unmanaged/declared.ts';

/** What is asked after the check. */
interface Asking {
  readonly hosts: readonly string[];
  readonly ways: ReadonlyMap<string, WayIn>;
  /** When the next audit will be, and what the playbooks manage; without it, no lints are asked for. */
  readonly lints?: { readonly nextAudit: Date; readonly recording: Recording };
}

/** What the hosts told. */
export interface Further {
  readonly findings: readonly HostFinding[];
  readonly linted: Readonly<Record<string, readonly string[]>>;
}

/** Asks the hosts of an audit what no task asks, in one exchange with each. */
export async function furtherRound(context: RunContext, { hosts, ways, lints }: Asking): Promise<Further> {
  if (lints === undefined) return { findings: [], linted: {} };
  const questions = (): Readonly<Record<string, Question<ShellAnswer>>> => LINT_QUESTIONS;
  const answers = await askHosts(context, hosts, questions, ways);
  const all = hosts.map((host) => {
    const answer = answers.get(host);
    return {
      host,
      ...(answer?.ok === true ? lintsOf(host, answer.answers, lints) : unasked(host, answer?.why ?? NO_ANSWER)),
    };
  });
  return {
    findings: all.flatMap(({ findings }) => findings),
    linted: Object.fromEntries(all.map(({ host, looked }) => [host, looked])),
  };
}

const NO_ANSWER = 'it did not answer';

function lintsOf(
  host: string,
  answers: Readonly<Record<string, ShellAnswer>>,
  { nextAudit, recording }: Required<Asking>['lints'],
): Linted {
  const context: LintContext = {
    now: new Date(),
    nextAudit,
    isManaged: (thing) => recording.isManaged(host, thing),
  };
  return readLints(host, answers, context);
}
