import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AuditLine, auditOptions } from '../../src/cli/options.ts';
import { sendNews, wrongDestinations } from '../../src/cli/send-news.ts';
import { timerFiles, timerName, wrongForTimer } from '../../src/cli/timer-units.ts';
import { parseOptions } from '../../src/core/command-line.ts';
import { must } from '../../src/core/must.ts';
import { calm } from '../audit/sample.ts';
import { Rig } from './rig.ts';

let rig: Rig;

beforeEach(() => {
  rig = new Rig().write({ 'site.yaml': '[]\n', 'hosts.yaml': 'all: {}\n', 'vault pass': 'x' });
});
afterEach(() => rig[Symbol.dispose]());

/** A command line of `run audit`. */
function lineOf(...words: readonly string[]): AuditLine {
  const read = parseOptions(auditOptions, ['site.yaml', ...words]);
  if (!read.ok) throw new Error(read.mistakes.join('\n'));
  return read;
}

function filesFor(words: readonly string[], env: NodeJS.ProcessEnv = {}, program = ['/usr/bin/true', 'run.cjs']) {
  const folders = { units: join(rig.folder, 'units'), environment: '/etc/retrace' };
  const files = timerFiles({ line: lineOf(...words), program, cwd: rig.folder, user: 'root', env, folders });
  const [environment, service, timer] = files;
  return { files, environment: must(environment, 'one'), service: must(service, 'one'), timer: must(timer, 'one') };
}

const execOf = (text: string): string => /^ExecStart=(.*)$/m.exec(text)?.[1] ?? '';

describe('the service of a timer', () => {
  test.each([
    ['playbook and inventory', ['-i', 'hosts.yaml'], 'audit DIR/site.yaml --inventory=DIR/hosts.yaml'],
    ['a list of hosts', ['-i', 'web1,'], 'audit DIR/site.yaml --inventory=web1,'],
    [
      'password files, also with a blank',
      ['--vault-password-file', 'vault pass'],
      'audit DIR/site.yaml "--vault-password-file=DIR/vault pass"',
    ],
    [
      'a labelled vault password',
      ['--vault-id', 'prod@vault pass'],
      'audit DIR/site.yaml "--vault-id=prod@DIR/vault pass"',
    ],
    ['variables in a file', ['-e', '@vars.yaml'], 'audit DIR/site.yaml --extra-vars=@DIR/vars.yaml'],
    [
      'reports',
      ['-o', 'text', '-o', 'html=out/a.html'],
      'audit DIR/site.yaml --output=text --output=html=DIR/out/a.html',
    ],
    [
      'switches, counts, lists and numbers',
      ['-vv', '-b', '-t', 'a,b', '-f', '3', '--lints'],
      'audit DIR/site.yaml --tags=a,b --forks=3 --become -vv --lints',
    ],
    ['signs that systemd would expand', ['-l', '~web$HOME%n"'], 'audit DIR/site.yaml "--limit=~web$$HOME%%n\\""'],
    ['who gets mail', ['--mail-to', 'root,a@b.example'], 'audit DIR/site.yaml --mail-to=root,a@b.example'],
  ])('calls the audit with %s', (_, words, expected) => {
    const { service } = filesFor(words);

    expect(execOf(service.text).replaceAll(rig.folder, 'DIR')).toBe(`/usr/bin/true run.cjs ${expected}`);
  });

  test('has no address in it, and its environment is only for its owner', () => {
    const { files, environment } = filesFor(['--post-to', 'https://chat/hook?t="s3cret$'], {
      PATH: '/bin',
      ANSIBLE_X: '1',
      HOME: '/root',
      RETRACE_CALLED_AS: 'run',
    });
    const [, ...units] = files;

    expect(units.map(({ text }) => text).join('')).not.toContain('s3cret');
    expect(environment.mode).toBe(0o600);
    expect(environment.text.split('\n').slice(1)).toEqual([
      'ANSIBLE_X="1"',
      'PATH="/bin"',
      'RETRACE_POST_TO="https://chat/hook?t=\\"s3cret\\$"',
      '',
    ]);
  });

  test('and the timer are valid for systemd', () => {
    const { service, timer } = filesFor(['-i', 'hosts.yaml', '-l', '~a b"%n$x', '--mail-to', 'root']);
    mkdirSync(join(rig.folder, 'units'));
    for (const { path, text } of [service, timer]) writeFileSync(path, text);
    const verify = () =>
      execFileSync('systemd-analyze', ['verify', '--man=no', service.path, timer.path], {
        stdio: 'pipe',
        encoding: 'utf8',
      });

    expect(verify()).toBe('');
    writeFileSync(timer.path, timer.text.replace('02:00:00', '27:00:00'));
    expect(verify).toThrow();
  });

  test('has the same name for the same hosts, whatever else is asked for', () => {
    const name = (...words: readonly string[]): string => timerName(lineOf(...words), rig.folder);

    expect(name()).toMatch(/^retrace-audit-site-[0-9a-f]{6}$/);
    expect(name('--lints', '--mail-to', 'root')).toBe(name());
    expect(name('-i', 'hosts.yaml')).toBe(name('-i', join(rig.folder, 'hosts.yaml')));
    expect(new Set([name(), name('-i', 'hosts.yaml'), name('-l', 'web1')]).size).toBe(3);
  });

  test.each([
    ['--ask-become-pass', /nobody to ask/],
    ['--vault-id=prod@prompt', /nobody to ask/],
    ['--extra-vars=password=x', /only @FILE/],
    ['--lab', /not for timers/],
  ])('is refused with %s', (word, expected) => {
    expect(wrongForTimer(lineOf(word))).toEqual([expect.stringMatching(expected)]);
    expect(wrongForTimer(lineOf())).toEqual([]);
  });
});

describe('news', () => {
  const news = calm({ errors: ['it broke'] });

  test('is posted as JSON with a text, and tried again', async () => {
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (data) => (body += String(data)));
      request.on('end', () => {
        bodies.push(body);
        response.writeHead(bodies.length === 1 ? 503 : 200).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;

    expect(await sendNews(news, { mailTo: [], postTo: `http://127.0.0.1:${port}/hook?s3cret` })).toEqual([]);
    server.close();
    expect(bodies).toHaveLength(2);
    expect(JSON.parse(bodies[1] ?? '')).toMatchObject({
      text: expect.stringContaining('error: it broke'),
      schema: 2,
      errors: ['it broke'],
    });
  });

  test.each([
    [
      'an address that could be an option',
      { mailTo: ['-oQ/tmp'], postTo: undefined },
      '--mail-to: expected an address',
    ],
    [
      'an address with a line break',
      { mailTo: ['a@b\nBcc: c@d'], postTo: undefined },
      '--mail-to: expected an address',
    ],
    [
      'another protocol',
      { mailTo: [], postTo: 'ftp://s3cret@host' },
      '--post-to: expected an address that begins with https://',
    ],
    ['no address at all', { mailTo: [], postTo: 's3cret' }, '--post-to: expected'],
  ])('is not sent to %s, which no message repeats', (_, destinations, expected) => {
    const [first = ''] = wrongDestinations(destinations);

    expect(first).toContain(expected);
    expect(first).not.toContain('s3cret');
  });

  test('needs a history', async () => {
    const { code, stderr } = await rig.run(['audit', 'site.yaml', '--post-to', 'http://127.0.0.1:9/x'], {
      env: { RETRACE_HISTORY: 'off' },
    });

    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('without a history') });
  });
});
