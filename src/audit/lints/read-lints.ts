import { readParts } from '../../core/facts/parts.ts';
import type { ShellAnswer } from '../../core/questions/shell.ts';
import { findingId, type HostFinding, LINT } from '../finding.ts';
import { unreadIn } from '../unmanaged/survey.ts';
import { LINTS } from './index.ts';
import type { Lint, LintContext, LintFinding, Unread } from './lint.ts';

/** What the lints found on a host. */
export interface Linted {
  readonly findings: readonly HostFinding[];
  /** The lints that looked at everything: what they found before and find no more is over. */
  readonly looked: readonly string[];
}

/** Where nothing is installed that a lint is about, its script ends in this way. */
const NOT_THERE = 127;

/** Findings after those of all tasks. */
const AFTER_TASKS = 1_000_000;

/** Makes findings of a host's answers to the questions. */
export function readLints(host: string, answers: Readonly<Record<string, ShellAnswer>>, context: LintContext): Linted {
  const linted = LINTS.map((lint, index) => {
    const answer = answers[lint.from];
    const found = answer === undefined || answer.code === NOT_THERE ? [] : look(lint, answer, context);
    return {
      name: lint.name,
      isWhole: !found.some((one) => 'unknown' in one),
      findings: found.map((one) => findingOf(host, lint, one, AFTER_TASKS + index)),
    };
  });
  return {
    findings: linted.flatMap(({ findings }) => findings),
    looked: linted.flatMap(({ name, isWhole }) => (isWhole ? [name] : [])),
  };
}

/** That a host could not be asked at all. */
export const unasked = (host: string, why: string): Linted => ({
  findings: [findingOf(host, { name: 'lints' }, { subject: '', unknown: why }, AFTER_TASKS)],
  looked: [],
});

function look(lint: Lint, answer: ShellAnswer, context: LintContext): readonly (LintFinding | Unread)[] {
  const unread = unreadIn([lint.from, answer]).map((unknown) => ({ subject: '', unknown }));
  const [first] = unread;
  const all = unread.length < 2 ? unread : [{ subject: '', unknown: unread.map(({ unknown }) => unknown).join('; ') }];
  return [...lint.find(readParts(answer.stdout), context), ...(first === undefined ? [] : all)];
}

function findingOf(host: string, { name }: Pick<Lint, 'name'>, found: LintFinding | Unread, rank: number): HostFinding {
  const { subject } = found;
  return {
    id: findingId({ type: LINT, name, file: '', nth: 0, item: subject }),
    kind: 'unknown' in found ? 'unknown' : 'lint',
    host,
    task: { name, type: LINT },
    ...(subject !== '' && { subject }),
    changes: [],
    ...('unknown' in found ? { reason: found.unknown } : { reason: found.reason, remedy: found.remedy }),
    order: [rank, 0],
  };
}
