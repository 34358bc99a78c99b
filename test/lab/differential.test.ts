import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Intended, intended } from '../conformance/differential/intended.ts';
import { differences, type Twins, themes, twins } from '../conformance/differential.ts';

// What Ansible makes of a playbook is asked of Ansible itself.
describe.runIf(existsSync('/usr/bin/ansible-playbook'))('ours does what ansible-playbook does', () => {
  let hosts: Twins;
  const met = new Set<Intended>();
  beforeAll(async () => {
    hosts = await twins();
  });

  test.each(themes)('%s', async (theme) => {
    const meant = intended.filter((one) => one.theme === undefined || one.theme === theme);

    const found = await differences(theme, hosts);

    for (const one of meant) if (found.some((line) => one.difference.test(line))) met.add(one);
    expect(found.filter((line) => !meant.some(({ difference }) => difference.test(line)))).toEqual([]);
  });

  test('what is no longer different is no longer said to be', () => {
    expect(intended.filter((one) => !met.has(one))).toEqual([]);
  });
});
