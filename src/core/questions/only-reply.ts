import { must } from '../must.ts';
import type { Answer } from '../question.ts';
import type { Reply } from '../session.ts';

/** How a kind reads its answers that asks all its questions by one script: the reply of that script is there. */
export const onlyReply =
  <Arg, A>(read: (reply: Reply, args: readonly Arg[]) => readonly Answer<A>[]) =>
  ([reply]: readonly Reply[], args: readonly Arg[]): readonly Answer<A>[] =>
    read(must(reply, 'the reply of the only script'), args);
