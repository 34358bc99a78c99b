import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Command, reading, sh } from '../../src/core/command.ts';
import { forgetJob, startJob } from '../../src/core/commands/job.ts';
import { job } from '../../src/core/questions/job.ts';

const home = mkdtempSync(join(tmpdir(), 'retrace-job-'));
const exchange = ({ script, stdin = '' }: Command) =>
  spawnSync('sh', ['-c', script], { env: { ...process.env, HOME: home }, input: stdin as Uint8Array | string });

function stateOf(id: string) {
  const question = job(id);
  const replies = question.kind.scripts([id]).map(({ script }) => ({ ...exchange({ script }), code: 0 }));
  return question.kind.read(replies as never, [id])[0];
}

test('a job goes on by itself, and tells in the end how it went', async () => {
  const commands = [sh`echo one; sleep 0.3`, reading(sh`cat; echo oops >&2; exit 3`, 'read\n')];

  expect(exchange(startJob('7.1', commands, 10)).status).toBe(0);
  expect(stateOf('7.1')).toMatchObject({ value: { state: 'running' } });
  for (let i = 0; i < 100 && JSON.stringify(stateOf('7.1')).includes('running'); i++) await sleep(50);

  expect(stateOf('7.1')).toEqual({
    ok: true,
    value: { state: 'done', rc: 3, stdout: 'one\nread\n', stderr: 'oops\n' },
  });
  exchange(forgetJob('7.1'));
  expect(stateOf('7.1')).toMatchObject({ value: { state: 'none' } });
  expect(readdirSync(join(home, '.ansible_async'))).toEqual([]);
  rmSync(home, { recursive: true });
});
