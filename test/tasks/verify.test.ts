import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import verify from '../../tasks/verify.ts';
import { runHere } from './harness.ts';
import { folder } from './local-host.ts';

describe('verify', () => {
  test('is ok if the command succeeds', async () => {
    expect(await runHere(verify, { cmd: 'echo yes' })).toMatchObject({
      status: 'ok',
      result: { rc: 0, stdout: 'yes' },
    });
  });

  test('fails with the output of the command', async () => {
    expect(await runHere(verify, { cmd: 'echo "no such unit" >&2; false' })).toMatchObject({
      status: 'failed',
      message: 'echo "no such unit" >&2; false: no such unit',
    });
    expect(await runHere(verify, { cmd: 'exit 3' })).toMatchObject({
      status: 'failed',
      message: 'exit 3: exit code 3',
    });
  });

  test('M6: fails in a check, too', async () => {
    expect(await runHere(verify, { cmd: 'false' }, { check: true })).toMatchObject({
      status: 'failed',
      message: 'false: exit code 1',
    });
  });

  test('repeats the command until the timeout', async () => {
    using place = folder();
    setTimeout(() => writeFileSync(place.at('x'), ''), 300);

    expect(await runHere(verify, { cmd: `test -e ${place.at('x')}`, timeout: 10 })).toMatchObject({ status: 'ok' });
  });
});
