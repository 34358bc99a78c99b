import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Rig } from './rig.ts';

let server: Server;
const posted: string[] = [];
beforeEach(async () => {
  posted.length = 0;
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      posted.push(body);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => void server.close());

test('--post-to: what is new is posted, once', async () => {
  using rig = new Rig().write({
    'site.yaml':
      '- hosts: localhost\n  gather_facts: false\n  tasks:\n    - {name: made, file: {path: "{{ playbook_dir }}/made", state: directory}}\n',
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  const audit = () => rig.run(['audit', 'site.yaml', '--post-to', url], { env: { RETRACE_HISTORY: 'history' } });

  expect((await audit()).code).toBe(2);
  expect((await audit()).code).toBe(2);
  expect(posted).toHaveLength(1);
  expect(JSON.parse(posted[0] ?? '')).toMatchObject({ text: expect.stringContaining('made') });
});

test('--post-to: an address that is none is refused', async () => {
  using rig = new Rig().write({ 'site.yaml': '- {hosts: localhost, gather_facts: false, tasks: []}\n' });
  const { code, stderr } = await rig.run(['audit', 'site.yaml', '--post-to', 'chat.example.org']);

  expect(code).toBe(1);
  expect(stderr).toContain('--post-to: expected an address that begins with https:// or http://');
});
