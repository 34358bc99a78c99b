import { aboutFact } from '../../core/facts/about-fact.ts';
import { everyFact, selectFacts } from '../../core/facts/subsets.ts';
import { omitting } from '../../core/lacking.ts';
import type { Question } from '../../core/question.ts';
import { type Facts, facts } from '../../core/questions/facts.ts';
import type { SessionFailure } from '../../core/session.ts';
import { fromJs, type Value } from '../../core/value.ts';
import type { Beliefs } from '../host/beliefs.ts';
import type { Ahead } from '../host/host-link.ts';
import type { Identity } from '../host/identity.ts';
import { NotKnownYet } from '../host/not-known-yet.ts';
import type { FactDoubt, HostState } from '../variables/host-state.ts';
import type { PlayContext } from '../variables/play-context.ts';

/** The question that a host's facts come from. It asks for all of them: what a play gathers only decides which are visible. */
export function factsQuestion({ facts: { due } }: HostState): Question<Facts> {
  const { factPath, timeoutSeconds } = due.at(-1) ?? everyFact;
  return facts({
    ...(factPath !== undefined && { factPath }),
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
  });
}

/** Why there are no facts. */
type NoFacts =
  | { readonly is: 'unreachable'; readonly failure: SessionFailure }
  | { readonly is: 'unknown'; readonly because: string };

/**
 * Gather a host's facts, as `gather_facts` does: one question, asked when something first reads a fact. In a check
 * after a predicted change, the host reports its current facts; those that the change may alter are unknown.
 */
export async function learnFacts(
  play: PlayContext,
  state: HostState,
  identity: Identity,
  ahead: () => Promise<readonly Ahead[]>,
): Promise<NoFacts | undefined> {
  const question = factsQuestion(state);
  const asked = await state.link.ask(identity, [question], ahead);
  if (!asked.ok) return { is: 'unreachable', failure: asked.failure };
  const belief = asked.beliefs.get(question.key);
  if (belief?.is === 'unknown') return belief;
  if (belief?.answer.ok === true) take(play, state, belief.answer.value as Readonly<Record<string, unknown>>);
  else if (belief !== undefined && !belief.answer.ok)
    play.run.emit({
      kind: 'warning',
      host: state.host.name,
      diagnostic: { severity: 'warning', code: 'facts', message: `facts could not be gathered: ${belief.answer.why}` },
    });
  state.facts.settle();
  return undefined;
}

function take(play: PlayContext, state: HostState, all: Readonly<Record<string, unknown>>): void {
  const found: Readonly<Record<string, unknown>> = Object.assign(
    {},
    ...state.facts.due.map((request) => selectFacts(all, request)),
  );
  const doubt = doubtOfFacts(state.link.beliefs, state.host.name, found);
  const known = omitting(found, (name) => doubt.unknown.has(name));
  state.facts.gather(fromJs(known) as Map<Value, Value>, doubt);
  cacheFacts(play, state);
}

/** Write the facts to the cache, if there is one and none of them is in doubt. */
export function cacheFacts(play: PlayContext, owner: HostState): void {
  if (!owner.facts.areInDoubt) play.run.factCache?.write(owner.host.name, owner.facts.all);
}

/**
 * The facts that a predicted change alters, with what reading them throws, and those that a task may or may not alter.
 */
export function doubtOfFacts(beliefs: Beliefs, host: string, found: Readonly<Record<string, unknown>>): FactDoubt {
  const { ansible_interfaces: listed } = found;
  const interfaces = Array.isArray(listed) ? listed.map(String) : [];
  const unknown = new Map<string, NotKnownYet>();
  const ofNow = new Map<string, string>();
  for (const name of Object.keys(found)) {
    const subjects = aboutFact(name, interfaces);
    const because = firstKnown(subjects.map((subject) => beliefs.blurredBy(subject)));
    const perhaps = firstKnown(subjects.map((subject) => beliefs.doubtfulBecauseOf(subject)));
    if (because !== undefined) unknown.set(name, new NotKnownYet('unknown', host, because));
    else if (perhaps !== undefined) ofNow.set(name, perhaps);
  }
  return { unknown, ofNow };
}

const firstKnown = (tasks: readonly (string | undefined)[]): string | undefined =>
  tasks.find((task) => task !== undefined);
