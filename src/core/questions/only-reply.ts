import { must } from '../must.ts';
import type { Answer } from '../question.ts';
import type { Reply } from '../session.ts';

/** The `read` of a kind that asks all its questions in a single script, so that there is exactly one reply. */
export const onlyReply =
  <Arg, A>(read: (reply: Reply, args: readonly Arg[]) => readonly Answer<A>[]) =>
  ([reply]: readonly Reply[], args: readonly Arg[]): readonly Answer<A>[] =>
    read(must(reply, 'the reply to the only script'), args);
