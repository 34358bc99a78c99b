import { decodeText, type Question, type QuestionKind, question, type Subject, script } from '../../../src/sdk.ts';
import { type Engine, engineComplaint, REACHING, withEngine } from './engine.ts';

/** What an engine manages. */
export type ObjectKind = 'container' | 'image' | 'network' | 'pod' | 'secret' | 'volume';

/** What the engine tells about a thing: parsed JSON, or null if there is no such thing. */
export type Inspected = Readonly<Record<string, unknown>> | null;

interface Inspecting {
  readonly engine: Engine;
  readonly kind: ObjectKind;
  readonly name: string;
}

const kind: QuestionKind<Inspecting, Inspected> = {
  name: 'container engine',
  scripts: (all) =>
    all.map(({ engine, kind: what, name }) => ({
      script: script`${withEngine(engine)}
_engine ${what} inspect -- ${name}`.text,
      deadlineMs: 120_000,
    })),
  read: (replies) =>
    replies.map(({ code, stdout, stderr }) => {
      if (code === 0) return { ok: true, value: firstOf(JSON.parse(decodeText(stdout))) };
      const said = decodeText(stderr);
      return code !== 127 && isMissing(said)
        ? { ok: true, value: null }
        : { ok: false, why: engineComplaint(said, code) };
    }),
  about: ({ kind: what, name }, answer) => [engineObject(what, name), ...(answer === undefined ? REACHING : [])],
};

/** Ask an engine about one thing. */
export const inspect = (engine: Engine, what: ObjectKind, name: string): Question<Inspected> =>
  question(kind, { engine, kind: what, name });

/** The subject for a thing that an engine manages. */
export const engineObject = (what: ObjectKind, name: string): Subject => `engine:${what}/${name}`;

const firstOf = (list: unknown): Inspected => {
  const [first] = Array.isArray(list) ? list : [list];
  return typeof first === 'object' && first !== null ? first : null;
};

const isMissing = (said: string): boolean =>
  /no such (?:container|image|network|pod|volume|object|secret)|no secret with name or id|no pod with name or ID|(?:network|volume|image|container) \S+ not found|image not known|unable to find (?:network|volume|container)/i.test(
    said,
  );
