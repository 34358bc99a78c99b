import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { type Command, reading, sh } from '../../src/core/command.ts';
import { forgetJob, startJob } from '../../src/core/commands/job.ts';
import { job } from '../../src/core/questions/services/job.ts';
import type { Part, Reply } from '../../src/core/session.ts';

const home = mkdtempSync(join(tmpdir(), 'retrace-job-'));
afterAll(() => rmSync(home, { recursive: true }));

const exchange = ({ script, stdin = '' }: Pick<Part, 'script'> & Pick<Command, 'stdin'>) =>
  spawnSync('sh', ['-c', script], { env: { ...process.env, HOME: home }, input: stdin as Uint8Array | string });

function stateOf(file: string) {
  const question = job(file);
  const replies = question.kind.scripts([file]).map(({ script }) => ({ ...exchange({ script }), code: 0 }));
  return question.kind.read(replies as never, [file])[0];
}

const text = ({ stdout, stderr, ...rest }: Reply) => ({ ...rest, stdout: String(stdout), stderr: String(stderr) });

async function endOf(file: string) {
  for (let i = 0; i < 200; i++) {
    const answer = stateOf(file);
    if (answer?.ok === true && answer.value.state !== 'running') return answer.value;
    await sleep(50);
  }
  throw new Error('it does not end');
}

test('a job runs on its own, and finally reports the output of each command, up to the first failure', async () => {
  const file = join(home, 'jobs', "it's 7.1");
  const commands = [
    { ...sh`echo one; sleep 0.3; exit 2`, accepts: [0, 2] },
    reading(sh`cat; echo oops >&2; exit 3`, 'read\n'),
    sh`echo never`,
  ];

  expect(exchange(startJob(file, commands, 10)).status).toBe(0);
  expect(stateOf(file)).toMatchObject({ value: { state: 'running' } });
  const { replies, seconds } = await endOf(file);

  expect(replies.map(text)).toEqual([
    { code: 2, stdout: 'one\n', stderr: '' },
    { code: 3, stdout: 'read\n', stderr: 'oops\n' },
  ]);
  expect(seconds).toBeGreaterThan(0.2);
  exchange(forgetJob(file));
  expect(stateOf(file)).toMatchObject({ value: { state: 'none' } });
  expect(readdirSync(join(home, 'jobs'))).toEqual([]);
});

test('a job that takes too long is killed, and its output until then is kept', async () => {
  const file = join(home, '8');

  exchange(startJob(file, [sh`echo began; sleep 30`], 1));

  expect((await endOf(file)).replies.map(text)).toEqual([{ code: 124, stdout: 'began\n', stderr: '', timedOut: true }]);
});
