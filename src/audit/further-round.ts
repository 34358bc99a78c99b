import { groupBy } from '../core/group-by.ts';
import type { Question } from '../core/question.ts';
import type { ShellAnswer } from '../core/questions/shell.ts';
import type { RunContext } from '../engine/variables/run-context.ts';
import { askHosts, type HostAnswers, type WayIn } from './ask-hosts.ts';
import type { HostFinding } from './finding.ts';
import { LINT_QUESTIONS } from './lints/index.ts';
import type { LintContext } from './lints/lint.ts';
import { type Linted, readLints, unasked } from './lints/read-lints.ts';
import { traceQuestion, tracesOf } from './traces/find-traces.ts';
import type { Trace } from './traces/trace.ts';
import type { Recording } from './unmanaged/declared.ts';

/** What is asked after the check. */
interface Asking {
  readonly hosts: readonly string[];
  readonly ways: ReadonlyMap<string, WayIn>;
  /** When the next audit will be, and what the playbooks manage; without it, no lints are asked for. */
  readonly lints?: { readonly nextAudit: Date; readonly recording: Recording } | undefined;
  /** The findings whose causes are asked for. */
  readonly traced: readonly HostFinding[];
}

/** What the hosts told. */
export interface Further {
  readonly findings: readonly HostFinding[];
  readonly linted: Readonly<Record<string, readonly string[]>>;
  readonly traces: ReadonlyMap<HostFinding, readonly Trace[]>;
}

/** Asks the hosts of an audit what no task asks, in one exchange with each. */
export async function furtherRound(context: RunContext, asking: Asking): Promise<Further> {
  const { lints } = asking;
  const traced = groupBy(asking.traced, ({ host }) => host);
  const questions = new Map(
    asking.hosts.map((host) => {
      const traces = traceQuestion(traced.get(host) ?? []);
      return [host, { ...(lints && LINT_QUESTIONS), ...(traces !== undefined && { traces }) }] as const;
    }),
  );
  const asked = asking.hosts.filter((host) => Object.keys(questions.get(host) ?? {}).length > 0);
  const answers = await askHosts<LateQuestions>(context, asked, (host) => questions.get(host) ?? {}, asking.ways);
  const linted = lints === undefined ? [] : asked.map((host) => lintsOf(host, answers.get(host), lints));
  return {
    findings: linted.flatMap(({ findings }) => findings),
    linted: Object.fromEntries(linted.map(({ host, looked }) => [host, looked])),
    traces: new Map(
      asked.flatMap((host) => {
        const answer = answers.get(host);
        const told = answer?.ok === true ? answer.answers['traces'] : undefined;
        return told === undefined ? [] : [...tracesOf(traced.get(host) ?? [], told)];
      }),
    ),
  };
}

type LateQuestions = Readonly<Record<string, Question<ShellAnswer>>>;

const NO_ANSWER = 'it did not answer';

function lintsOf(
  host: string,
  answer: HostAnswers<LateQuestions> | undefined,
  { nextAudit, recording }: NonNullable<Asking['lints']>,
): Linted & { readonly host: string } {
  if (answer?.ok !== true) return { host, ...unasked(host, answer?.why ?? NO_ANSWER) };
  const context: LintContext = {
    now: new Date(),
    nextAudit,
    isManaged: (thing) => recording.isManaged(host, thing),
  };
  return { host, ...readLints(host, answer.answers, context) };
}
