import { type Controller, defineTask, type Params, type Reached, sh, shell, whenReachable } from '../src/sdk.ts';

const params = {
  connect_timeout: { type: 'int', default: 5, doc: 'The maximum number of seconds for one attempt.' },
  delay: { type: 'int', default: 0, doc: 'Seconds to wait before the first attempt.' },
  sleep: { type: 'int', default: 1, doc: 'Seconds between attempts.' },
  timeout: { type: 'int', default: 600, doc: 'Seconds after which the task fails, not counting `delay`.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'ansible.builtin.wait_for_connection',
  summary: 'Wait until the host can be reached.',
  description:
    'The task waits until a command has succeeded on the host in a new login session, as the user that the task becomes. With an unknown host key, it fails immediately, because waiting would not help. A check does not wait.',
  params,
  looks: () => true,
  awaitsHost: true,
  asksAnew: true,
  refusedOnController: true,
  skippedByAnsible: '',
  async prepare(given, controller: Controller, context): Promise<Task> {
    if (given.delay > 0 && !context.check) await controller.wait(given.delay * 1000);
    return given;
  },
  // In a check, nothing is expected to come up by itself, so an unreachable host is reported as such.
  ask: ({ connect_timeout: seconds }, { check }) => ({
    answer: check
      ? shell({ ...sh`echo alive`, about: [] })
      : whenReachable({ ...sh`echo alive`, newLoginMs: Math.max(1, seconds) * 1000 }),
  }),
  plan({ answer }, { sleep, timeout }) {
    const why = failureOf('reached' in answer ? answer : { reached: true, said: answer });
    if (why === undefined) return { changes: [] };
    return {
      wait: {
        againMs: Math.max(1, sleep) * 1000,
        deadlineMs: timeout * 1000,
        failed: `timed out waiting for ping module test: ${why}`,
        shown: why,
      },
    };
  },
  result: ({ startedAt, endedAt }) => ({
    elapsed: Math.floor((endedAt.getTime() - startedAt.getTime()) / 1000),
  }),
  returns: { elapsed: 'How many seconds the task waited.' },
  examples: [
    { title: 'Wait for a new machine', yaml: 'wait_for_connection:\n  delay: 1\n  timeout: 300' },
    {
      title: 'Check often and give up early',
      yaml: 'wait_for_connection:\n  connect_timeout: 2\n  sleep: 1\n  timeout: 30',
    },
  ],
});

/** Why no command has run; undefined if one has. */
function failureOf(answer: Reached): string | undefined {
  if (!answer.reached) return answer.why;
  const { code, stdout, stderr } = answer.said;
  return code === 0 && stdout.trim() === 'alive' ? undefined : stderr.trim() || `exit code ${code}`;
}
