import {
  decodeText,
  type Question,
  type QuestionKind,
  question,
  type Script,
  type ShellAnswer,
  type Subject,
  script,
} from '../../../src/sdk.ts';
import { type Engine, REACHING, withEngine } from './engine.ts';

interface ToEngine {
  readonly engine: Engine;
  readonly text: string;
  readonly stdin?: string | undefined;
  readonly about: readonly Subject[];
}

const kind: QuestionKind<ToEngine, ShellAnswer> = {
  name: 'container engine, script',
  scripts: (all) =>
    all.map(({ text, stdin }) => ({
      script: text,
      deadlineMs: 300_000,
      ...(stdin !== undefined && { stdin: Buffer.from(stdin) }),
    })),
  read: (replies) =>
    replies.map(({ code, stdout, stderr, timedOut }) => ({
      ok: true,
      value: { code, stdout: decodeText(stdout), stderr: decodeText(stderr), timedOut: timedOut === true },
    })),
  about: ({ about }, answer) => (answer?.code === 0 ? about : [...about, ...REACHING]),
};

/** Run a read-only script in which `_engine` is the engine's client; any exit code is an answer. */
export const askEngine = (
  engine: Engine,
  text: Script,
  options: { readonly about: readonly Subject[]; readonly stdin?: string | undefined; readonly beyond?: boolean },
): Question<ShellAnswer> =>
  question(
    kind,
    {
      engine,
      text: script`${withEngine(engine)}
${text}`.text,
      stdin: options.stdin,
      about: options.about,
    },
    { secret: options.stdin !== undefined, ...(options.beyond !== undefined && { beyond: options.beyond }) },
  );
