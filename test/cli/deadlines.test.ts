import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Rig } from './rig.ts';

test('XM10: a timeout applies while a host is asked, and asking ahead delays no earlier task', async () => {
  using rig = new Rig().write({
    'bin/stat': '#!/bin/sh\nexec sleep 600\n',
    'play.yaml': `- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - {name: before, stat: {path: /}, timeout: 4}
    - {name: dead, stat: {path: /etc}, timeout: 2, environment: {PATH: "{{ playbook_dir }}/bin:/usr/bin:/bin"}, ignore_errors: true}
    - {name: after, stat: {path: /usr}}
`,
  });
  chmodSync(join(rig.folder, 'bin/stat'), 0o755);

  const { code, stdout } = await rig.run(['play.yaml', '-i', 'localhost,']);

  expect(stdout.match(/^(ok|fatal): .*/gm)).toEqual([
    'ok: [localhost]',
    'fatal: [localhost]: FAILED! took too long: localhost: no answer in time',
    'ok: [localhost]',
  ]);
  expect(code).toBe(0);
});
