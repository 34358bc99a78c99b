import { type AnyQuestion, hidden, isAskedInTurn, isWait } from '../../core/question.ts';
import { userAccount } from '../../core/questions/accounts/account.ts';
import type { Task, VarsLayer } from '../../language/model.ts';
import { registeredNames } from '../../language/registered-names.ts';
import { LEVELS } from '../../language/variables/levels.ts';
import { TemplateError } from '../../template/index.ts';
import type { Ahead } from '../host/host-link.ts';
import { entryNotKnownYet, HomeNotKnownYet, NotKnownYet } from '../host/not-known-yet.ts';
import type { HostState } from '../variables/host-state.ts';
import type { PlayContext } from '../variables/play-context.ts';
import { type BoundTask, bindTask, questionsOf } from './bind-task.ts';
import type { Cursor } from './cursor.ts';
import { factsQuestion } from './facts.ts';
import { itemSight, loopOf } from './loop.ts';

/**
 * How far to ask ahead: without limit until something changes, then only a little, and further with every round without
 * changes.
 */
export class Window {
  #size = Number.POSITIVE_INFINITY;

  changed(): void {
    this.#size = 2;
  }

  /** The number of tasks to look at in this round. */
  take(): number {
    const size = this.#size;
    this.#size *= 2;
    return size;
  }
}

/** The maximum number of tasks to compute for one round, however long the play is. */
const most = 2000;

/**
 * The maximum number of questions in a round: a task may loop over thousands of items. While changes are being made,
 * each task in the window adds this many to the limit.
 */
const mostQuestions = 20_000;
const questionsOfTask = 20;

/**
 * The questions of upcoming tasks, as far as they can be computed now. A task that needs a value that is not known yet
 * is left out and asks when its turn comes: whatever is omitted or wrong here costs a round, never correctness. The
 * first task may have begun; if it `isAsking`, only the items of its loop are computed.
 */
export async function askAhead(
  play: PlayContext,
  state: HostState,
  tasks: Iterable<Task>,
  layers: readonly VarsLayer[],
  { window, isAsking }: { readonly window: number; readonly isAsking: boolean },
): Promise<readonly Ahead[]> {
  const asked: Ahead[] = [];
  const pending = new Map<string, { readonly value: never }>();
  let left = Math.min(window, most);
  const budget = Math.min(window * questionsOfTask, mostQuestions);
  let first = true; // the current task
  for (const task of tasks) {
    if (left-- <= 0 || asked.length >= budget) break;
    const seen: readonly VarsLayer[] =
      pending.size === 0 ? layers : [...layers, { level: LEVELS.set, from: 'tasks to come', vars: new Map(pending) }];
    const isAsked = first && isAsking && task.loop === undefined;
    const questions = isAsked ? [] : await questionsFor(play, state, task, seen, budget - asked.length);
    const early = (question: AnyQuestion<unknown>) =>
      !isWait(question) && (!Number.isFinite(window) || !isAskedInTurn(question));
    asked.push(...(first ? questions : questions.filter(({ question }) => early(question))));
    first = false;
    if (isGate(play, task)) break;
    for (const name of registeredNames(task))
      pending.set(name, entryNotKnownYet(new NotKnownYet('pending', state.host.name, name)));
  }
  return asked;
}

/** Whether nothing may be asked for later tasks before this one has ended. A check does not wait for hosts. */
export const isGate = ({ run }: PlayContext, { type }: Task): boolean =>
  !run.options.check && typeof type === 'string' && run.loadedType(type)?.awaitsHost === true;

async function questionsFor(
  play: PlayContext,
  state: HostState,
  task: Task,
  layers: readonly VarsLayer[],
  room: number,
): Promise<readonly Ahead[]> {
  const asked: Ahead[] = [];
  const wanted = (call: BoundTask, question: AnyQuestion<unknown>): Ahead => ({
    link: call.link,
    identity: call.identity,
    question: call.censored ? hidden(question) : question,
  });
  try {
    const sight = play.scopes.of(state, task, layers);
    const loop = loopOf(task, sight);
    const items = loop?.kind === 'items' ? loop.items.slice(0, room) : [];
    const sights = loop === undefined ? [sight] : items.map((item) => itemSight(play, state, task, item, layers));
    for (const one of sights) {
      if (asked.length >= room) break;
      const computed = await bindTask(play, state, task, one, true);
      if (computed.kind === 'call')
        asked.push(...questionsOf(computed.call).map((question) => wanted(computed.call, question)));
    }
  } catch (error) {
    if (error instanceof NotKnownYet && error.what === 'facts') {
      const other = play.stateOf(error.host);
      if (other !== undefined)
        asked.push({
          link: other.link,
          identity: play.mainIdentity(other),
          question: factsQuestion(other),
        });
    } else if (error instanceof HomeNotKnownYet && error.user !== undefined)
      asked.push({ link: error.link, identity: error.identity, question: userAccount(error.user) });
    else if (!(error instanceof NotKnownYet || error instanceof TemplateError)) throw error;
  }
  return asked;
}

/**
 * The tasks that a host will reach next, as far as can be predicted: enters blocks and assumes that nothing fails;
 * `expand` replaces includes with content that is already known.
 */
export function* comingTasks(
  cursor: Cursor,
  selected: (task: Task) => boolean,
  expand: (cursor: Cursor) => boolean,
): Generator<Task> {
  const ahead = cursor.clone();
  for (;;) {
    const step = ahead.next();
    if (step === undefined || step.kind === 'fallen') return;
    if (step.kind === 'item' && step.item.kind === 'include') {
      if (!expand(ahead)) return;
      continue;
    }
    if (step.kind === 'item' && step.item.kind === 'task' && selected(step.item)) yield step.item;
    ahead.advance();
  }
}
