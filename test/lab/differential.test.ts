import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Login } from '../../src/lab/index.ts';
import { differences, pristineHost, ranBy, themes } from '../conformance/differential/harness.ts';
import { type Intended, intended } from '../conformance/differential/intended.ts';
import { recordable, recorded } from '../conformance/differential/recording.ts';
import { isThorough } from '../thorough.ts';

describe('Retrace does the same as ansible-playbook', () => {
  let host: Login;
  const met = new Set<Intended>();
  beforeAll(async () => {
    host = await pristineHost('ours');
  });

  test.each(themes)('%s', async (theme) => {
    const meant = intended.filter((one) => one.theme === undefined || one.theme === theme);

    const found = differences(theme, await ranBy('ours', theme, host), recorded(theme));

    for (const one of meant) if (found.some((line) => one.difference.test(line))) met.add(one);
    expect(found.filter((line) => !meant.some(({ difference }) => difference.test(line)))).toEqual([]);
  });

  test('the list of known differences is up to date', () => {
    expect(intended.filter((one) => !met.has(one))).toEqual([]);
  });
});

// Checks with Ansible itself that a recording is correct, for the fastest playbook; `npm run differential` checks all. Reading a recording of
// other playbooks or of another version of Ansible fails.
test.runIf(isThorough && existsSync('/usr/bin/ansible-playbook'))(
  'the recording matches the behaviour of ansible-playbook: file',
  async () => {
    const host = await pristineHost('theirs');

    const seen = await ranBy('theirs', 'file', host);

    expect(recordable(seen)).toEqual(recorded('file'));
  },
);
