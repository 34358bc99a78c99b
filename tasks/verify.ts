import { defineTask, exporting, type Plan, sh, shell, upTo, writtenScript } from '../src/sdk.ts';

export default defineTask({
  name: 'verify',
  summary: 'Check something with a read-only command that must succeed.',
  description:
    'The command runs together with all other questions, so it costs no extra round trip, and it never counts as a change. It must not change anything on the host. If it fails, the task fails with its output, even in a check, unless a change that the check predicts may fix it.',
  looks: () => true,
  params: {
    cmd: { type: 'str', required: true, doc: 'The command, which is run by `sh`.' },
    about: {
      type: 'list',
      elements: 'str',
      doc: 'What the outcome depends on, for example `unit:nginx`, `path:/etc/nginx`, `package:nginx`, `network:`, so that a check knows which predicted changes matter. Default: everything.',
    },
    timeout: { type: 'int', default: 0, doc: 'Seconds to keep trying until the command succeeds.' },
    deadline: { type: 'int', default: 60, doc: 'Seconds that one attempt may take.' },
  },
  freeForm: 'cmd',
  ask: ({ cmd, about, deadline }, context) => ({
    answer: shell(
      { ...sh`${exporting(context.environment)}${writtenScript(cmd)}`, about, deadlineMs: deadline * 1000 },
      // Without `about`, the command may depend on anything, including other hosts.
      { beyond: about === undefined || about.some((subject) => subject.startsWith('network:')) },
    ),
  }),
  plan: ({ answer }, { cmd, timeout }): Plan => {
    const result = { rc: answer.code, stdout: answer.stdout.trimEnd(), stderr: answer.stderr.trimEnd() };
    if (answer.code === 0 && !answer.timedOut) return { changes: [], result };
    const said = answer.timedOut
      ? 'took too long'
      : answer.stderr.trim() || answer.stdout.trim() || `exit code ${answer.code}`;
    const failed = `${firstLine(cmd)}: ${said}`;
    return timeout > 0
      ? { wait: { againMs: 1000, deadlineMs: timeout * 1000, failed, shown: failed } }
      : { failed, result, would: [] };
  },
  returns: {
    rc: 'The exit code of the command.',
    stdout: "The command's stdout.",
    stderr: "The command's stderr.",
  },
  examples: [{ title: 'Check that the host name is set', yaml: 'verify: test -s /etc/hostname' }],
});

const firstLine = (cmd: string): string => upTo(cmd.trim(), '\n');
