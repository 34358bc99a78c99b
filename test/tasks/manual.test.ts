import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { TaskContext } from '../../src/core/task-type.ts';
import { converge } from '../../src/engine/host/converge.ts';
import manual from '../../tasks/manual.ts';
import waitFor from '../../tasks/wait_for.ts';
import { context, localTarget, runHere } from './harness.ts';
import { folder, runScript } from './local-host.ts';

const instructions = 'Put the file there.';

describe('manual', () => {
  test('is ok if the proof holds', async () => {
    expect(await runHere(manual, { instructions, unless: 'test -d /etc' })).toMatchObject({
      status: 'ok',
      result: { done: true },
    });
    expect(await run({ path: '/etc' })).toMatchObject({ status: 'ok' });
  });

  test('fails with the instructions if nobody is watching, and does not wait', async () => {
    expect(await runHere(manual, { instructions, unless: 'echo "permission denied" >&2; false' })).toMatchObject({
      status: 'failed',
      message: 'to be done by hand: Put the file there.\n(not yet: permission denied)',
    });
    expect(await run({ path: '/nowhere' })).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('(not yet: /nowhere is absent)'),
    });
  });

  test('a check reports an open step, and continues', async () => {
    expect(await run({ path: '/nowhere' }, { check: true })).toMatchObject({
      status: 'changed',
      changes: [{ what: 'manual step', from: 'open: /nowhere is absent', to: 'done', commands: [] }],
    });
  });

  test('a check of a step that a command proves reports its output', async () => {
    expect(await runHere(manual, { instructions, unless: 'echo denied >&2; false' }, { check: true })).toMatchObject({
      changes: [{ what: 'manual step', from: 'open: denied', to: 'done' }],
    });
  });

  test('M minor: waits no longer than the limit of the run', async () => {
    const ran = await run({ path: '/nowhere' }, { interactive: true, personWaitMs: 10 });

    expect(ran).toMatchObject({ status: 'failed', message: expect.stringContaining('was not done in time') });
  });

  test('if a person is watching, waits until the proof holds', async () => {
    using place = folder();
    setTimeout(() => writeFileSync(place.at('x'), ''), 300);

    expect(await run({ path: place.at('x') }, { interactive: true })).toMatchObject({ status: 'ok' });
  });

  test('shows the file that the person needs', async () => {
    using place = folder();
    writeFileSync(place.at('key.pub'), 'ssh-ed25519 AAAA root\n');

    expect(await runHere(manual, { instructions, unless: 'false', show_file: place.at('key.pub') })).toMatchObject({
      message: expect.stringContaining('Put the file there.\nssh-ed25519 AAAA root\n(not yet: '),
    });
  });
});

/** A manual step that is proven by the existence of a path. */
const run = ({ path }: { path: string }, more: Partial<TaskContext> = {}) =>
  converge(
    manual,
    {
      instructions,
      poll: 1,
      timeout: 10,
      proven_by: { type: waitFor, params: { path, state: 'present', sleep: 1, timeout: 1 } },
    },
    { ...context, now: new Date(), ...more },
    localTarget(runScript),
  );
