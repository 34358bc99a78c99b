import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { labHost } from '../../src/lab/index.ts';
import { inLab } from '../lab/in-lab.ts';
import { program } from './program.ts';

const host = 'keys';
const folder = mkdtempSync(join(tmpdir(), 'retrace-e2e-'));
const known = join(folder, 'known_hosts');
const inventory = join(folder, 'inventory.yaml');
const playbook = join(folder, 'playbook.yaml');
let login: Awaited<ReturnType<typeof labHost>>;

beforeAll(async () => {
  login = await labHost(host);
  const vars = {
    ansible_host: login.address,
    ansible_user: 'root',
    ansible_ssh_private_key_file: login.privateKeyFile,
    retrace_known_hosts: known,
  };
  writeFileSync(inventory, JSON.stringify({ all: { hosts: { [host]: vars } } }));
  writeFileSync(playbook, `- hosts: ${host}\n  gather_facts: false\n  tasks: [{ ping: }]\n`);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('an unknown host key is refused, with a hint that works', async () => {
  writeFileSync(known, '');

  const { code, stdout } = await program('--lab', '-i', inventory, playbook);

  expect(code).toBe(4);
  expect(stdout).toContain('UNREACHABLE!');
  const [way] = /ssh-keyscan .*/.exec(stdout) ?? [];
  expect(way).toBeDefined();
  inLab(['sh', '-c', way!]);
  expect((await program('--lab', '-i', inventory, playbook)).code).toBe(0);
});

test('a changed host key is always refused', async () => {
  const key = join(folder, 'other');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const [type, other] = readFileSync(`${key}.pub`, 'utf8').split(' ');
  writeFileSync(known, `${login.address} ${type} ${other}\n`);

  const { code, stdout } = await program('--lab', '-i', inventory, playbook);

  expect(code).toBe(4);
  expect(stdout).toMatch(/has SHA256:.*the connection is being intercepted/);
  expect(stdout).not.toContain('ssh-keyscan');
});
