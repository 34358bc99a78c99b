import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeUser, mayMakeUsers, type TestUser } from '../session/test-user.ts';
import { Rig } from './rig.ts';

let bob: TestUser;
beforeAll(() => {
  if (mayMakeUsers) bob = makeUser();
});
afterAll(() => bob?.remove());

const play = (tasks: string): string => `- hosts: localhost\n  gather_facts: false\n  tasks:\n${tasks}`;

describe.skipIf(!mayMakeUsers)('becoming another user', () => {
  test('U8: a missing user fails the task with a hint, and can be rescued and ignored like other failures', async () => {
    using rig = new Rig().write({
      'play.yaml': play(`    - { command: id, become: true, become_user: nosuch, ignore_errors: true }
    - block: [{ command: id, become: true, become_user: nosuch }]
      rescue: [{ debug: { msg: rescued } }]
    - { command: id, become: true, become_user: nosuch }
`),
    });

    const { code, stdout } = await rig.run(['play.yaml']);

    expect(code).toBe(2);
    expect(stdout).toContain('there is no user nosuch on the host');
    expect(stdout).toContain('"msg": "rescued"');
    expect(stdout).toMatch(/failed=1/);
    expect(stdout).not.toMatch(/UNREACHABLE|unreachable=1/);
  });

  test('U8: in a check, a user that an earlier task would create is unknown, and the host continues', async () => {
    using rig = new Rig().write({
      'play.yaml': play(`    - user: { name: nosuch }
    - { command: id, args: { creates: /home/nosuch/x }, become: true, become_user: nosuch }
    - debug: { msg: reached }
`),
    });

    const { code, stdout } = await rig.run(['play.yaml', '--check']);

    expect(code).toBe(2);
    expect(stdout).toContain('"msg": "reached"');
    expect(stdout).not.toMatch(/UNREACHABLE|FAILED|fatal/);
  });

  test.for(['-H -S -n -i', '-i', '--login', '-s', '-H'])('P9: become_flags %s', async (flags) => {
    using rig = new Rig().write({
      'play.yaml':
        play(`    - { shell: 'id -un; echo "$HOME"', become: true, become_user: ${bob.name}, become_flags: '${flags}', register: r }
    - debug: { msg: "{{ r.stdout_lines | join(' ') }}" }
`),
    });

    const { code, stdout } = await rig.run(['play.yaml']);

    expect(stdout).toContain(`"msg": "${bob.name} /home/${bob.name}"`);
    expect(code).toBe(0);
  });

  test.for([
    ['true', '<localhost> as root by sudo -H -S -n: '],
    ['false', '<localhost> as root: '],
  ] as const)('that logged in takes its program if become_allow_same_user is %s', async ([allowed, expected]) => {
    using rig = new Rig().write({
      'ansible.cfg': `[privilege_escalation]\nbecome_allow_same_user = ${allowed}\n`,
      'play.yaml': play('    - { command: id, become: true }\n'),
    });

    expect((await rig.run(['play.yaml', '-vvv'])).stdout).toContain(expected);
  });
});
