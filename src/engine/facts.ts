import { facts } from '../core/questions/facts.ts';
import type { SessionFailure } from '../core/session.ts';
import { fromJs, type Value } from '../core/value.ts';
import { remember } from './absorb.ts';
import type { Ahead, Identity } from './host-link.ts';
import type { HostState } from './host-state.ts';
import type { PlayContext } from './play-context.ts';
import { Touched } from './touched.ts';

/** The question that all facts come from. */
export const factsQuestion = facts();

/** Gather a host's facts, as `gather_facts` does: one question, asked when something first touches a fact. */
export async function learnFacts(
  play: PlayContext,
  state: HostState,
  identity: Identity,
  ahead: () => Promise<readonly Ahead[]>,
): Promise<SessionFailure | undefined> {
  const question = factsQuestion;
  const asked = await state.link.ask(identity, [question], ahead);
  if (!asked.ok) return asked.failure;
  const belief = asked.beliefs.get(question.key);
  if (belief?.is === 'unknown') throw new Touched('unknown', state.host.name, belief.because);
  if (belief?.is === 'answer' && belief.answer.ok)
    remember(play, state, fromJs(belief.answer.value) as Map<Value, Value>);
  else if (belief?.is === 'answer' && !belief.answer.ok)
    play.run.emit({
      kind: 'warning',
      host: state.host.name,
      diagnostic: { severity: 'warning', code: 'facts', message: `facts could not be gathered: ${belief.answer.why}` },
    });
  state.facts.gathered = true;
  return undefined;
}
