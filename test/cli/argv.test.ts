import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Rig } from './rig.ts';

/** The command lines of running processes, which every user of this machine can see. */
const processes = (): readonly string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
      } catch {
        return ''; // it has ended
      }
    })
    .filter((line) => /git|curl|s3kret/.test(line));

test('passwords for servers appear neither in the process list nor in the clone', async () => {
  using rig = new Rig();
  const git = (...words: string[]) => execFileSync('git', ['-C', rig.folder, ...words], { stdio: 'ignore' });
  git('init', '-q', '-b', 'main', 'repo');
  git('-C', 'repo', '-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-q', '--allow-empty', '-m', 'one');
  git('-C', 'repo', 'update-server-info');
  writeFileSync(join(rig.folder, 'repo/.git/file'), 'text');
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(...processes());
    const login = Buffer.from(request.headers.authorization?.replace('Basic ', '') ?? '', 'base64').toString();
    const file = join(rig.folder, 'repo/.git', request.url!.replace(/^\/repo|\?.*/g, ''));
    if (login !== 'ann:s3kret@x') response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end();
    else if (!existsSync(file) || !statSync(file).isFile()) response.writeHead(404).end();
    else response.end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const place = `127.0.0.1:${(server.address() as AddressInfo).port}/repo`;
  rig.write({
    'play.yaml': `- hosts: localhost
  gather_facts: false
  tasks:
    - git: { repo: 'http://ann:s3kret%40x@${place}', dest: '{{ playbook_dir }}/clone' }
    - uri: { url: 'http://${place}/file', url_username: ann, url_password: s3kret@x }
    - uri: { url: 'http://ann:s3kret%40x@${place}/file' }
    - get_url: { url: 'http://${place}/file', dest: '{{ playbook_dir }}/got', url_username: ann, url_password: s3kret@x }
`,
  });

  const told = [await rig.run(['play.yaml', '-vvv']), await rig.run(['play.yaml', '-o', 'json'])];
  server.close();

  expect(told.map(({ code, stdout, stderr }) => [code, /changed=\d|"changed":\d/.exec(stdout)?.[0], stderr])).toEqual([
    [0, 'changed=2', ''],
    [0, '"changed":0', ''],
  ]);
  expect(readFileSync(join(rig.folder, 'clone/.git/config'), 'utf8')).toContain(`url = http://${place}\n`);
  expect(seen.join('\n')).toMatch(/git-remote-http[\s\S]*curl/);
  expect(seen.filter((line) => line.includes('s3kret'))).toEqual([]);
  expect(told.flatMap(({ stdout, stderr }) => `${stdout}${stderr}`.match(/.*s3kret.*/g) ?? [])).toEqual([]);
});
