import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Become, Endpoint } from '../../src/core/session.ts';
import { explainBecome } from '../../src/session/become/explain-become.ts';
import { createConnector } from '../../src/session/index.ts';
import { sessionContract } from './contract.ts';
import { type Sshd, startSshd } from './sshd.ts';
import { makeUser, mayMakeUsers, type TestUser } from './test-user.ts';

let sshd: Sshd;
let asked: TestUser;
let free: TestUser;
beforeAll(async () => {
  if (!mayMakeUsers) return;
  sshd = await startSshd();
  asked = makeUser('with password');
  free = makeUser('without password', '/bin/bash');
});
afterAll(async () => {
  asked?.remove();
  free?.remove();
  await sshd?.stop();
});

const endpoint = (user: string, become: Become): Endpoint => ({
  name: 'web',
  connection: 'ssh',
  address: '127.0.0.1',
  port: sshd.port,
  user,
  become,
  privateKeyFile: sshd.privateKey,
  knownHostsFiles: [sshd.knownHosts],
});

function connector() {
  const made = createConnector({ env: { HOME: sshd.folder } });
  onTestFinished(() => made.close());
  return made;
}

describe.skipIf(!mayMakeUsers)('become', () => {
  sessionContract(
    'sudo from root to nobody',
    async () => {
      const made = createConnector({ env: { HOME: sshd.folder } });
      const opened = await made.open(endpoint('root', { method: 'sudo', user: 'nobody' }));
      if (!opened.ok) throw new Error(opened.failure.message);
      return { session: opened.session, close: () => made.close() };
    },
    { wire: 'as local' },
  );

  test.for([
    ['sudo without a password', () => endpoint(free.name, { method: 'sudo', user: 'root' }), 'root'],
    [
      'sudo with a password',
      () => endpoint(asked.name, { method: 'sudo', user: 'root', password: asked.password }),
      'root',
    ],
    [
      'sudo with a password that it does not ask for',
      () => endpoint(free.name, { method: 'sudo', user: 'root', password: 'x' }),
      'root',
    ],
    [
      'sudo with flags and another program',
      () => endpoint(free.name, { method: 'sudo', user: 'nobody', flags: '-n -H', exe: '/usr/bin/sudo' }),
      'nobody',
    ],
    [
      'su with a password',
      () => endpoint(free.name, { method: 'su', user: asked.name, password: asked.password }),
      'asked',
    ],
    ['su from root', () => endpoint('root', { method: 'su', user: 'nobody', flags: '-s /bin/sh' }), 'nobody'],
  ] as const)('by %s', async ([, at, user]) => {
    const opened = await connector().open(at());

    expect(opened.ok ? opened.session.greeting.user : opened.failure.message).toBe(
      user === 'asked' ? asked.name : user,
    );
  });

  test.for([
    [
      'a wrong password for sudo',
      () => endpoint(asked.name, { method: 'sudo', user: 'root', password: 'wrong' }),
      /sudo to root.*incorrect password/,
    ],
    [
      'no password for sudo',
      () => endpoint(asked.name, { method: 'sudo', user: 'root' }),
      /sudo to root.*password is required/,
    ],
    [
      'a wrong password for su',
      () => endpoint(asked.name, { method: 'su', user: 'root', password: 'wrong' }),
      /su to root.*Authentication failure/,
    ],
    ['no password for su', () => endpoint(asked.name, { method: 'su', user: 'root' }), /su to root.*(fail|password)/i],
    ['a user that sudo does not know', () => endpoint(free.name, { method: 'sudo', user: 'nosuch' }), /nosuch/],
    ['an unknown method', () => endpoint('root', { method: 'doas', user: 'nobody', exe: '/no/doas' }), /no\/doas/],
  ] as const)('reports the reason for %s', async ([, at, message]) => {
    const opened = await connector().open(at());

    expect(opened).toMatchObject({ ok: false, failure: { reason: 'become', message: expect.stringMatching(message) } });
  });

  test('uses one login for all users of a host', async () => {
    const made = connector();

    const users = ['root', 'nobody', asked.name, 'daemon'];
    const opened = await Promise.all(users.map((user) => made.open(endpoint(free.name, { method: 'sudo', user }))));

    expect(opened.map((it) => it.ok && it.session.greeting.user)).toEqual(users);
    expect(made.logins).toBe(1);
  });

  test('never shows the password to ps', async () => {
    const opened = await connector().open(
      endpoint(asked.name, { method: 'sudo', user: 'root', password: asked.password }),
    );
    if (!opened.ok) throw new Error(opened.failure.message);

    const exchanged = await opened.session.exchange([
      { script: "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ | tr '\\0' '\\n'" },
    ]);

    expect(exchanged.ok && exchanged.replies[0]!.stdout.toString()).toContain('sudo');
    expect(exchanged.ok && exchanged.replies[0]!.stdout.includes(asked.password)).toBe(false);
  });
});

test.for([
  [
    'We trust you have received the usual lecture from the local System\nAdministrator. It usually boils down to these three things:\n\n    #1) Respect the privacy of others.\n    #2) Think before you type.\n    #3) With great power comes great responsibility.\n\nFor security reasons, the password you type will not be visible.\n\nsudo: a password is required',
    undefined,
    'sudo: a password is required',
    /^give the password with -K/,
  ],
  [
    'Sorry, try again.\nsudo: no password was provided\nsudo: 1 incorrect password attempt',
    'x',
    /incorrect/,
    /refused$/,
  ],
  ['sudo: unknown user bob\nsudo: error initializing audit plugin', undefined, /unknown user bob/, /no user bob/],
  ['bob is not in the sudoers file.', 'x', 'bob is not in the sudoers file.', undefined],
] as const)('U8: explains %s', ([said, password, words, hint]) => {
  const told = explainBecome({ method: 'sudo', user: 'bob', ...(password !== undefined && { password }) }, said);

  expect(told.words).toEqual(typeof words === 'string' ? words : expect.stringMatching(words));
  expect(told.hint).toEqual(hint === undefined ? undefined : expect.stringMatching(hint));
});
