import { bindParams } from '../../src/core/bind-params.ts';
import type { Command } from '../../src/core/command.ts';
import { wholeOf } from '../../src/core/local-content.ts';
import type { Question } from '../../src/core/question.ts';
import type { Reply } from '../../src/core/session.ts';
import type { AnyTaskType, Controller, Plan, TaskContext } from '../../src/core/task-type.ts';
import { fromJs, type Raw } from '../../src/core/value.ts';
import { type Belief, Beliefs } from '../../src/engine/host/beliefs.ts';
import { type Converged, converge, type Target } from '../../src/engine/host/converge.ts';
import { mergeQuestions } from '../../src/engine/host/round.ts';
import { runScript } from './local-host.ts';

/** The context of a task in tests. */
export const context: TaskContext = {
  check: false,
  diff: false,
  host: 'testhost',
  interactive: false,
  now: new Date('2024-06-01T12:00:00Z'),
  environment: {},
};

/** Binds parameters of a type; a mistake in them fails the test. */
export function bind(type: AnyTaskType, args: Readonly<Record<string, unknown>>): unknown {
  const bound = bindParams(type, fromJs(args) as Raw, { home: () => '/root' });
  if (!bound.ok) throw new Error(bound.problems.map((problem) => problem.message).join('; '));
  return bound.params;
}

/** The plan of a type for a given state. */
export const planOn = (
  type: AnyTaskType,
  state: object,
  args: Readonly<Record<string, unknown>>,
  more = context,
): Plan => type.plan(state as never, bind(type, args), more);

/** The changes that a type would make: `what: from → to`, one line each. */
export function changesOn(
  type: AnyTaskType,
  state: object,
  args: Readonly<Record<string, unknown>>,
): readonly string[] {
  const plan = planOn(type, state, args);
  if (!('changes' in plan)) throw new Error(JSON.stringify(plan));
  return plan.changes.map(({ what, from, to }) => `${what}: ${from ?? 'absent'} → ${to ?? 'absent'}`);
}

/** The scripts that a type would run. */
export function commandsOn(
  type: AnyTaskType,
  state: object,
  args: Readonly<Record<string, unknown>>,
): readonly string[] {
  const plan = planOn(type, state, args);
  if (!('changes' in plan)) throw new Error(JSON.stringify(plan));
  return plan.changes.flatMap((change) => change.commands.map((command) => command.script));
}

/** A controller with nothing but the given parts. */
export const controllerWith = (parts: Partial<Controller>): Controller =>
  new Proxy(parts as Controller, {
    get(target, name) {
      const part = target[name as keyof Controller];
      if (part === undefined) throw new Error(`the test gives no ${String(name)}`);
      return part;
    },
  });

/** Really runs a task of a type on this machine, as the engine does. */
export async function runHere(
  type: AnyTaskType,
  args: Readonly<Record<string, unknown>>,
  options: { check?: boolean; diff?: boolean; controller?: Partial<Controller>; sh?: typeof runScript } = {},
): Promise<Converged> {
  const here = { ...context, now: new Date(), check: options.check ?? false, diff: options.diff ?? false };
  const bound = bind(type, args);
  const params =
    type.prepare === undefined
      ? bound
      : await type.prepare(bound as never, controllerWith(options.controller ?? {}), here);
  return converge(type, params, here, localTarget(options.sh ?? runScript));
}

/** Runs tasks one after the other on this machine, as a play does; in a check each builds on the predictions of those before it. */
export async function runAllHere(
  tasks: readonly (readonly [AnyTaskType, Readonly<Record<string, unknown>>])[],
  options: { check?: boolean; target?: Target } = {},
): Promise<readonly Converged[]> {
  const target = options.target ?? localTarget(runScript);
  const here = { ...context, now: new Date(), check: options.check ?? false };
  const ended: Converged[] = [];
  for (const [type, args] of tasks) {
    const bound = bind(type, args);
    const params = type.prepare === undefined ? bound : await type.prepare(bound as never, controllerWith({}), here);
    ended.push(await converge(type, params, here, target));
  }
  return ended;
}

/** This machine, or whatever `sh` runs scripts on, as the engine's target. */
export function localTarget(sh: typeof runScript): Target {
  const beliefs = new Beliefs({ changes: 0 });
  return {
    async ask(questions) {
      for (;;) {
        const believed = new Map(questions.map((one) => [one.key, beliefs.of(one, 'me')]));
        const needed = [...believed.values()].flatMap((one) => (one.is === 'asks' ? one.questions : []));
        const asked = [...new Map(needed.map((one) => [one.key, one])).values()].filter(
          (one): one is Question<unknown> => 'kind' in one,
        );
        if (asked.length === 0) return { ok: true, beliefs: believed as ReadonlyMap<string, Belief> };
        const { parts, read } = mergeQuestions(asked);
        const answers = read(
          await Promise.all(parts.map((part) => sh(part.script, part.stdin && wholeOf(part.stdin)))),
        );
        for (const one of asked) beliefs.learn(one, 'me', answers.get(one.key)!);
      }
    },
    async act(commands) {
      const replies: Reply[] = [];
      for (const command of commands) replies.push(await reply(command, replies, sh));
      beliefs.forget();
      return { ok: true, replies };
    },
    afterwards: (changes) =>
      beliefs.afterwards(
        changes.map(({ effects }) => effects),
        'me',
      ),
    foresee(changes) {
      for (const change of changes) beliefs.foresee('an earlier task', change.effects);
    },
    async wait(ms, questions) {
      for (const one of questions) beliefs.drop(one, 'me');
      await new Promise((done) => setTimeout(done, ms));
    },
  };
}

async function reply({ script, stdin, accepts = [0] }: Command, before: Reply[], sh: typeof runScript): Promise<Reply> {
  if (before.some((one) => one.skipped === true || !accepts.includes(one.code)))
    return { code: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), skipped: true };
  // In tests, the other host is this machine, too.
  if (typeof stdin === 'object')
    return sh(script, 'command' in stdin ? (await sh(stdin.command.script)).stdout : wholeOf(stdin));
  return sh(script, stdin);
}
