import { defineTask, forgetJob, job } from '../src/sdk.ts';
import { splitLines } from './shared/text.ts';

export default defineTask({
  name: 'ansible.builtin.async_status',
  summary: 'Tell whether a job that goes on by itself has ended, and how.',
  description: 'A task with `async` and `poll: 0` starts such a job. With `until: job.finished` this waits for it.',
  params: {
    jid: { type: 'str', required: true, doc: 'The job, as `ansible_job_id` of the task that started it.' },
    mode: { type: 'str', choices: ['status', 'cleanup'], default: 'status', doc: 'Ask, or forget what is kept of it.' },
  },
  ask: ({ jid }) => ({ job: job(jid) }),
  plan({ job: now }, { jid, mode }) {
    const about = { ansible_job_id: jid };
    if (mode === 'cleanup') {
      const change = { what: 'job', from: now.state, to: null, commands: [forgetJob(jid)] };
      return { changes: now.state === 'none' ? [] : [change], result: { ...about, erased: `~/.ansible_async/${jid}` } };
    }
    // Such a job had nothing to do, so nothing was started.
    if (jid.startsWith('nothing.')) return { changes: [], result: { ...about, started: 1, finished: 1 } };
    if (now.state === 'none')
      return { failed: 'could not find job', result: { ...about, msg: 'could not find job', started: 1, finished: 1 } };
    if (now.state === 'running') return { changes: [], result: { ...about, started: 1, finished: 0 } };
    const ended = { ...about, started: 1, finished: 1, rc: now.rc, ...texts(now) };
    return now.rc === 0 ? { changes: [], result: ended } : { failed: why(now), result: { ...ended, msg: why(now) } };
  },
  returns: {
    ansible_job_id: 'The job.',
    started: 'One: it was started.',
    finished: 'One when it has ended.',
    rc: 'Its exit code, when it has ended.',
    stdout: 'What it printed.',
    stderr: 'What it printed to stderr.',
  },
  examples: [
    {
      title: 'Wait for a job',
      yaml: 'async_status:\n  jid: "{{ job.ansible_job_id }}"\nregister: status\nuntil: status is finished\nretries: 100\ndelay: 10',
      runs: { no: 'needs a job that was started before' },
    },
  ],
});

function texts({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }) {
  const [out, err] = [stdout.replace(/[\r\n]+$/, ''), stderr.replace(/[\r\n]+$/, '')];
  return { stdout: out, stderr: err, stdout_lines: splitLines(out), stderr_lines: splitLines(err) };
}

const why = ({ rc }: { readonly rc: number }): string =>
  rc === 124 || rc === 137 ? 'took too long and was ended' : 'non-zero return code';
