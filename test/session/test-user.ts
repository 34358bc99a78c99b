import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';

/** A user on this machine with a password, for one test file. */
export interface TestUser {
  readonly name: string;
  readonly password: string;
  remove(): void;
}

/** Whether tests may create users here. */
export const mayMakeUsers = process.getuid?.() === 0;

/** Creates a user; `sudo` determines what sudo allows and whether it asks for the password. */
export function makeUser(sudo?: 'with password' | 'without password', shell = '/bin/sh'): TestUser {
  const name = `retrace-${randomBytes(4).toString('hex')}`;
  const password = randomBytes(8).toString('hex');
  execFileSync('useradd', ['-m', '-s', shell, name]);
  execFileSync('chpasswd', { input: `${name}:${password}` });
  const sudoers = `/etc/sudoers.d/${name}`;
  if (sudo)
    writeFileSync(sudoers, `${name} ALL=(ALL) ${sudo === 'without password' ? 'NOPASSWD: ' : ''}ALL\n`, {
      mode: 0o440,
    });
  return { name, password, remove: () => remove(name, sudoers) };
}

function remove(name: string, sudoers: string): void {
  rmSync(sudoers, { force: true });
  execFileSync('userdel', ['-f', '-r', name], { stdio: 'ignore' });
}
