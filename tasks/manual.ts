import {
  type BoundTask,
  blurs,
  type Change,
  type Content,
  content,
  decodeText,
  defineTask,
  exporting,
  must,
  type Params,
  type Plan,
  type Questions,
  type ShellAnswer,
  sh,
  shell,
  type TaskContext,
  writtenScript,
} from '../src/sdk.ts';

const params = {
  instructions: { type: 'str', required: true, doc: 'What a person has to do, and where.' },
  show_file: {
    type: 'path',
    doc: 'A file on the host that the person needs, such as a public key; its content is shown with the instructions.',
  },
  proven_by: {
    type: 'task',
    doc: 'A task that serves as the proof but is never carried out: if it has nothing to do, the step is done.',
  },
  unless: { type: 'str', doc: 'A read-only command: if it succeeds, the step is done.' },
  about: {
    type: 'list',
    elements: 'subject',
    doc: 'What the `unless` command depends on, for example `path:/root/.ssh`, so that a check knows which predicted changes matter. Default: everything.',
  },
  poll: { type: 'int', default: 2, doc: 'Seconds between checks while waiting for a person.' },
  timeout: { type: 'int', default: 86400, doc: 'Seconds to wait for someone to respond before the task fails.' },
} as const;

type Given = Params<typeof params>;

export default defineTask({
  name: 'manual',
  summary: 'Wait for a person to carry out a step, and check that it was done.',
  description:
    'If the proof holds, the task is ok. Otherwise an interactive run shows the instructions and repeats the proof until it holds. An unattended run never waits: it fails and shows the instructions, since later tasks may rely on the step. A check reports the step as a difference and continues.',
  params,
  rules: { requiredOneOf: [['proven_by', 'unless']], mutuallyExclusive: [['proven_by', 'unless']] },
  prepare: async (given, controller, context): Promise<Given> => ({
    ...given,
    proven_by: await prepared(given.proven_by, controller, context),
  }),
  ask: ({ proven_by: proof, unless, about, show_file: file }, context): Questions => ({
    ...proof?.type.ask?.(proof.params as never, looking(context)),
    ...(unless === undefined
      ? {}
      : {
          [own.done]: shell(
            { ...sh`${exporting(context.environment)}${writtenScript(unless)}`, about, deadlineMs: 60_000 },
            { beyond: true },
          ),
        }),
    ...(file === undefined ? {} : { [own.file]: content(file) }),
  }),
  thenAsk: (state, { proven_by: proof }, context): Questions =>
    proof?.type.thenAsk?.(state as never, proof.params as never, looking(context)) ?? {},
  plan: (state, given, context): Plan => {
    const open =
      given.unless === undefined
        ? openByTask(state, given, context)
        : openByCommand((state as Record<string, unknown>)[own.done] as ShellAnswer);
    if (open === undefined) return { changes: [], result: { done: true } };
    const message = told(given, open, (state as Record<string, unknown>)[own.file] as Content | undefined);
    if (context.check) return { changes: byHand(state, given, context, open), result: { done: false } };
    if (!context.interactive) return { failed: `to be done by hand: ${message}`, result: { done: false } };
    return {
      wait: {
        againMs: given.poll * 1000,
        deadlineMs: Math.min(given.timeout * 1000, context.personWaitMs ?? Number.POSITIVE_INFINITY),
        failed: `was not done in time: ${message}`,
        shown: message,
      },
    };
  },
  returns: { done: 'Whether the proof holds.' },
  examples: [
    {
      title: "Create a record in the registrar's console",
      yaml: 'manual:\n  instructions: Add the A record off1-proxy → 213.36.253.215 to openfoodfacts.org in the OVH console.\n  proven_by:\n    dns_record:\n      name: off1-proxy.openfoodfacts.org\n      values: [213.36.253.215]',
      runs: { no: 'queries the real DNS' },
    },
    {
      title: 'Ask somebody to look at the machine',
      yaml: 'manual:\n  instructions: Check that /etc exists.\n  unless: test -d /etc',
    },
  ],
});

/** The names of our own questions, alongside those of the proof. */
const own = { done: 'manual: done', file: 'manual: file' } as const;

/** Makes the proof look only once and report what it finds, even if it would normally wait. */
const looking = (context: TaskContext): TaskContext => ({ ...context, check: false });

async function prepared(
  proof: BoundTask | undefined,
  controller: Parameters<NonNullable<BoundTask['type']['prepare']>>[1],
  context: TaskContext,
): Promise<BoundTask | undefined> {
  if (proof?.type.prepare === undefined) return proof;
  return { type: proof.type, params: await proof.type.prepare(proof.params as never, controller, context) };
}

/** The reason why the proof fails; undefined if it succeeds. */
function openByTask(state: unknown, { proven_by: proof }: Given, context: TaskContext): string | undefined {
  const { type, params } = must(proof, 'the task that proves it');
  const plan = type.plan(state as never, params as never, looking(context));
  if ('failed' in plan) return plan.failed;
  if ('unknown' in plan) return plan.unknown;
  if ('wait' in plan) return plan.wait.shown ?? plan.wait.failed;
  if (plan.skipped !== undefined) return plan.skipped;
  return plan.changes.length === 0
    ? undefined
    : plan.changes
        .map(({ what, from, to }) => `${what} is ${from ?? 'absent'}, should be ${to ?? 'absent'}`)
        .join('; ');
}

/** The changes that a person has to make: the differences that the proof reports or, if there are none, the open step itself. */
function byHand(state: unknown, { proven_by: proof }: Given, context: TaskContext, open: string): readonly Change[] {
  const plan = proof?.type.plan(state as never, proof.params as never, context);
  const seen = plan !== undefined && 'changes' in plan ? plan.changes : [];
  const differences = seen.length > 0 ? seen : [{ what: 'manual step', from: `open: ${open}`, to: 'done' }];
  // Anything that may depend on the step is unknown until a person has done it.
  return differences.map(({ what, from, to }) => ({ what, from, to, commands: [], effects: [blurs('manual:')] }));
}

function openByCommand({ code, stdout, stderr, timedOut }: ShellAnswer): string | undefined {
  if (code === 0 && !timedOut) return undefined;
  return timedOut
    ? 'the `unless` command took too long'
    : (stderr.trim() || stdout.trim() || `the \`unless\` command ended with exit code ${code}`).split('\n').at(-1);
}

function told({ instructions }: Given, open: string, file: Content | undefined): string {
  const text = file?.bytes === undefined ? '' : `\n${decodeText(file.bytes).trimEnd()}`;
  return `${instructions.trimEnd()}${text}\n(not yet: ${open})`;
}
