import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { becomeMethodNames } from '../../src/core/become-methods.ts';
import { connectionNames, connectionWords } from '../../src/core/connections.ts';
import { becomeMethodOf } from '../../src/session/become/index.ts';
import { connections } from '../../src/session/connections/index.ts';

/** Where each connection is tested; for ssh and openssh, what they have in common. */
const TESTED: Readonly<Record<string, string>> = { ssh: 'ssh-logins', openssh: 'openssh-logins' };

const page = (name: string): string => readFileSync(`docs/${name}.md`, 'utf8');

describe.each(connectionNames)('the connection %s', (name) => {
  test('has a file with the same name, and a test', () => {
    expect(existsSync(`src/session/connections/${name}.ts`)).toBe(true);
    expect(existsSync(`test/session/${TESTED[name] ?? name}.test.ts`)).toBe(true);
  });

  test('is documented in the guide, and in the page for Ansible users', () => {
    expect(page('guide')).toMatch(new RegExp(`\`${name}\`|ansible_connection:\\s+${name}\\b|By ${name}\\b`));
    expect(page('from-ansible').match(/\*\*Connections:\*\*.*/)?.[0]).toMatch(new RegExp(`\\b${name}\\b`));
  });

  test('names the host in its messages', () => {
    const endpoint = { name: 'box', connection: name, settings: { id: '1' }, via: { name: 'n', connection: 'local' } };

    expect(connections[name].place(endpoint)).toContain('box');
  });
});

describe.each(becomeMethodNames)('the become method %s', (name) => {
  test('has a file with the same name, and rows in a test', () => {
    expect(existsSync(`src/session/become/${name}.ts`)).toBe(true);
    expect(readFileSync('test/session/become-methods.test.ts', 'utf8')).toContain(`'${name}'`);
  });

  test('is documented in the guide, and in the page for Ansible users', () => {
    expect(page('guide')).toMatch(new RegExp(`\\b${name}\\b`));
    expect(page('from-ansible').match(/\*\*Become methods:\*\*.*/)?.[0]).toMatch(new RegExp(`\\b${name}\\b`));
  });

  test('never has the password in its command line', () => {
    const { wrap } = becomeMethodOf(name).enter({ method: name, user: 'bob', password: 'hunter2' });

    expect(wrap('true')).not.toContain('hunter2');
  });
});

test('no word names two connections', () => {
  expect(new Set(connectionWords).size).toBe(connectionWords.length);
});
