import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import sshConfig from '../../tasks/ssh_config.ts';
import { runHere } from './harness.ts';
import { outcomeOf } from './outcome.ts';

const place = mkdtempSync(join(tmpdir(), 'retrace-ssh-config-'));
afterAll(() => rmSync(place, { recursive: true }));
const path = join(place, 'config');
const run = (args: object, check = false) => runHere(sshConfig, { ssh_config_file: path, ...args }, { check });

const given = `# The first lines count for all hosts.
Include /etc/ssh/more

Host a  b
  HostName=x.example
\tUser   joe
  IdentityFile ~/.ssh/one
  IdentityFile ~/.ssh/two

# About what comes next
Match user z
  Port 3

Host c
  Port 4
`;

/** The file after a task that a check foretells, and that is ok when it runs again. */
async function ends(args: object, ...expected: readonly string[]): Promise<string> {
  writeFileSync(path, given, { mode: 0o644 });
  for (const check of [true, false]) expect(outcomeOf(await run(args, check))).toEqual(['changed', ...expected]);
  for (const check of [true, false]) expect(outcomeOf(await run(args, check))).toEqual(['ok']);
  expect(statSync(path).mode & 0o777).toBe(0o644);
  return readFileSync(path, 'utf8');
}

describe('ssh_config', () => {
  test('adds, changes and removes a section, and nothing else', async () => {
    expect(
      await ends(
        { host: 'new', hostname: 'n.example', port: '22', forward_agent: false, proxyjump: 'gate' },
        'ssh host new: absent → hostname n.example; port 22; proxyjump gate; forwardagent no',
      ),
    ).toBe(`${given}Host new\n    hostname n.example\n    port 22\n    proxyjump gate\n    forwardagent no\n`);
    expect(await ends({ host: 'c', port: '5', remote_user: 'ann' }, 'ssh host c: port 4 → port 5; user ann')).toBe(
      given.replace('Port 4', 'Port 5\n  user ann'),
    );
    expect(
      await ends(
        { host: 'a b', identity_file: path, remote_user: 'joe' },
        `ssh host a b: hostname x.example; user joe; identityfile ~/.ssh/one, ~/.ssh/two → hostname x.example; user joe; identityfile ${path}`,
      ),
    ).toBe(given.replace(/~\/\.ssh\/one\n.*\n/, `${path}\n`));
    expect(await ends({ host: 'c', state: 'absent' }, 'ssh host c: port 4 → absent')).toBe(
      given.replace('Host c\n  Port 4\n', ''),
    );
    expect(await ends({ host: 'a b', state: 'absent' }, expect.stringMatching(/ → absent$/) as unknown as string)).toBe(
      given.replace(/Host a {2}b[\s\S]*two\n\n/, ''),
    );
    writeFileSync(path, given);
    for (const args of [{ host: 'a', state: 'absent' }, { host: 'a' }, { host: 'a b', hostname: 'x.example' }])
      expect(outcomeOf(await run(args))).toEqual(['ok']);
  });

  test('tells the options before and after', async () => {
    writeFileSync(path, given);
    expect(await run({ host: 'a b', port: '7' })).toMatchObject({
      result: {
        hosts_added: [],
        hosts_removed: [],
        hosts_changed: ['a b'],
        hosts_change_diff: [
          {
            'a b': {
              old: { hostname: 'x.example', user: 'joe', identityfile: ['~/.ssh/one', '~/.ssh/two'] },
              new: { hostname: 'x.example', user: 'joe', identityfile: ['~/.ssh/one', '~/.ssh/two'], port: '7' },
            },
          },
        ],
      },
    });
    expect(await run({ host: 'n', port: '7' })).toMatchObject({ result: { hosts_added: ['n'], hosts_changed: [] } });
    expect(await run({ host: 'n', state: 'absent' })).toMatchObject({ result: { hosts_removed: ['n'] } });
  });

  test('shared connections, and options that have no parameter', async () => {
    const shared = { controlmaster: 'auto', controlpath: '~/.ssh/%C', controlpersist: '60', identities_only: true };
    expect(
      await ends(
        { host: 'c', ...shared, address_family: 'inet', other_options: { serveraliveinterval: '30' } },
        'ssh host c: port 4 → port 4; identitiesonly yes; controlmaster auto; controlpath ~/.ssh/%C; controlpersist 60; addressfamily inet; serveraliveinterval 30',
      ),
    ).toContain('Host c\n  Port 4\n  identitiesonly yes\n');
  });

  test.each([
    [
      { ServerAliveInterval: '30' },
      'other_options: expected a keyword of ssh in lower case, got `ServerAliveInterval`',
    ],
    [{ host: '*' }, 'other_options: expected a keyword of ssh in lower case, got `host`'],
    [{ port: '1\nHost *' }, 'other_options: the value of port must be a text of one line'],
    [{ port: 1 }, 'other_options: the value of port must be a text of one line'],
  ])('%j is refused', async (other_options, why) => {
    writeFileSync(path, given);
    expect(outcomeOf(await run({ host: 'c', other_options }, true))).toEqual(['failed', why]);
  });

  test('a new file is private', async () => {
    const fresh = join(place, 'fresh');
    expect(outcomeOf(await run({ ssh_config_file: fresh, host: 'h', port: '1' }))).toEqual([
      'changed',
      'ssh host h: absent → port 1',
    ]);
    expect(statSync(fresh).mode & 0o777).toBe(0o600);
  });

  test('says what is wrong', async () => {
    const failure = async (args: object) => outcomeOf(await run({ host: 'h', port: '1', ...args }, true))[1];
    expect(await failure({ identity_file: join(place, 'none') })).toBe(`IdentityFile ${place}/none does not exist`);
    expect(await failure({ ssh_config_file: undefined, user: 'nobody-here' })).toBe(
      'Failed to lookup user nobody-here',
    );
    expect(await failure({ ssh_config_file: join(place, 'no', 'config') })).toBe(
      `the directory ${place}/no does not exist`,
    );
  });
});
