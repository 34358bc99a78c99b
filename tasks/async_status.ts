import { decodeText, defineTask, forgetJob, type JobState, job, type TaskResult } from '../src/sdk.ts';

export default defineTask({
  name: 'ansible.builtin.async_status',
  summary: 'Report whether a background job has ended, and how.',
  neverAsync: true,
  description:
    'A task with `async` and `poll: 0` starts such a job. With `until: job is finished`, this task waits for it, and then returns what the original task would have returned if it had waited. For a job started by another run, it returns the output of the commands in the job.',
  asksAnew: true,
  params: {
    jid: {
      type: 'str',
      required: true,
      doc: 'The job ID: `ansible_job_id` from the result of the task that started it.',
    },
    mode: {
      type: 'str',
      choices: ['status', 'cleanup'],
      default: 'status',
      doc: 'Whether to query the job or to delete its files.',
    },
  },
  prepare: (params, controller) => ({ ...params, ...controller.job(params.jid) }),
  ask: ({ file }) => ({ job: job(file) }),
  thenAsk: ({ job: now }, { started, mode }) =>
    now.state === 'done' && mode === 'status' && started !== undefined ? started.ask() : {},
  plan(state, { jid, mode, file, started }) {
    const { job: now } = state;
    if (mode === 'cleanup') {
      const change = { what: 'job', from: now.state, to: null, means: true as const, commands: [forgetJob(file)] };
      const result = { ansible_job_id: jid, erased: file, started: 0, finished: 0 };
      return { changes: now.state === 'none' ? [] : [change], result };
    }
    const about = { ansible_job_id: jid, results_file: file, started: 1, stdout: '', stderr: '' };
    if (started?.over !== undefined) return told({ ...about, ...started.over, finished: 1 });
    if (now.state === 'none')
      return { failed: 'could not find job', result: { ...about, msg: 'could not find job', finished: 1 } };
    if (now.state === 'running') return { changes: [], result: { ...about, finished: 0 } };
    const result = started?.ended(state, now.replies, now.seconds) ?? ofAnotherRun(now);
    return told({ ...about, ...result, finished: 1 });
  },
  returns: {
    ansible_job_id: 'The job ID.',
    started: '1 if the job was started.',
    finished: '1 if the job has ended.',
    results_file: 'The status file on the host.',
    erased: 'The status file, if it was deleted.',
  },
  examples: [
    {
      title: 'Wait for a job',
      yaml: 'async_status:\n  jid: "{{ job.ansible_job_id }}"\nregister: status\nuntil: status is finished\nretries: 100\ndelay: 10',
      runs: { no: 'needs a job that was started earlier' },
    },
  ],
});

const told = (result: TaskResult) =>
  result['failed'] === true ? { failed: String(result['msg']), result } : { changes: [], result };

/** The result if the task itself is unknown: the output of its last command. */
function ofAnotherRun({ replies }: JobState): TaskResult {
  const last = replies.at(-1);
  const [stdout, stderr] = [last?.stdout, last?.stderr].map((text) =>
    (text === undefined ? '' : decodeText(text)).replace(/[\r\n]+$/, ''),
  );
  const said = { changed: true, rc: last?.code ?? 0, stdout, stderr };
  return said.rc === 0 ? said : { ...said, failed: true, msg: 'non-zero return code' };
}
