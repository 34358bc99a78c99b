import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { hash } from '../../src/core/hash.ts';
import { nameInHeaders } from '../../src/core/questions/network/served-name.ts';
import get_url from '../../tasks/get_url.ts';
import { runHere } from './harness.ts';
import { folder } from './local-host.ts';

/** A web server with one file, a list of checksums, a page behind a password, and nothing else. */
async function server(content = 'hello\n') {
  const asked: string[] = [];
  const sums = `${hash('sha256', 'other')}  other\n${hash('sha256', content)}  file.txt\n`;
  const modified = new Date('2024-01-01T00:00:00Z');
  const http = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const since = request.headers['if-modified-since'];
    if (request.url === '/secret' && request.headers.authorization !== `Basic ${btoa('me:s3cret')}`)
      response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
    else if (request.url === '/sums') response.end(sums);
    else if (request.url === '/named')
      response.writeHead(200, { 'content-disposition': 'attachment; filename="../na me.txt"' }).end('hello\n');
    else if (request.url !== '/file.txt' && request.url !== '/secret') response.writeHead(404).end();
    else if (since !== undefined && Date.parse(since) >= modified.getTime()) response.writeHead(304).end();
    else
      response
        .writeHead(200, { 'last-modified': modified.toUTCString() })
        .end(request.method === 'HEAD' ? undefined : content);
  });
  await new Promise<void>((ready) => http.listen(0, '127.0.0.1', ready));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return { url, asked, [Symbol.asyncDispose]: () => new Promise<void>((closed) => http.close(() => closed())) };
}

describe('get_url', () => {
  test('fetches a missing file, once, with its mode', async () => {
    using dir = folder();
    await using web = await server();
    const args = { url: `${web.url}/file.txt`, dest: dir.at('f'), mode: '0640' };

    const check = await runHere(get_url, args, { check: true });
    const before = existsSync(dir.at('f'));
    const ran = await runHere(get_url, args);
    const again = await runHere(get_url, args);

    expect([check.status, before, ran.status, again.status]).toEqual(['changed', false, 'changed', 'ok']);
    expect([
      readFileSync(dir.at('f'), 'utf8'),
      (lstatSync(dir.at('f')).mode & 0o777).toString(8),
      readdirSync(dir.path),
    ]).toEqual(['hello\n', '640', ['f']]);
    expect(ran).toMatchObject({ result: { url: args.url, dest: dir.at('f'), size: 6, state: 'file' } });
  });

  test('replaces a link by the file, with the mode of what it led to, as Ansible does', async () => {
    using dir = folder();
    await using web = await server();
    writeFileSync(dir.at('old'), 'old\n', { mode: 0o600 });
    symlinkSync('old', dir.at('f'));
    const args = { url: `${web.url}/file.txt`, dest: dir.at('f'), force: true };

    const ran = await runHere(get_url, args);
    const again = await runHere(get_url, args);

    expect([ran.status, again.status]).toEqual(['changed', 'ok']);
    expect([lstatSync(dir.at('f')).isFile(), readFileSync(dir.at('old'), 'utf8')]).toEqual([true, 'old\n']);
    expect((lstatSync(dir.at('f')).mode & 0o777).toString(8)).toBe('600');
  });

  test('writes into a directory under the name from the URL', async () => {
    using dir = folder();
    await using web = await server();
    mkdirSync(dir.at('d'));

    await runHere(get_url, { url: `${web.url}/file.txt?x=1#y`, dest: dir.at('d') });

    expect(existsSync(dir.at('d/file.txt'))).toBe(false);
    await runHere(get_url, { url: `${web.url}/file.txt`, dest: dir.at('d') });
    expect(readFileSync(dir.at('d/file.txt'), 'utf8')).toBe('hello\n');
  });

  test('P24: writes into a directory under the name from the server, without any directory in it', async () => {
    using dir = folder();
    await using web = await server();
    mkdirSync(dir.at('d'));
    const args = { url: `${web.url}/named`, dest: dir.at('d') };

    const check = await runHere(get_url, args, { check: true });
    const ran = await runHere(get_url, { ...args, checksum: `sha256:${hash('sha256', 'hello\n')}` });
    const again = await runHere(get_url, args);
    const file = await runHere(get_url, { ...args, dest: dir.at('f') });

    expect([check.status, ran.status, again.status, file.status]).toEqual(['changed', 'changed', 'ok', 'changed']);
    expect([readdirSync(dir.at('d')), readdirSync(dir.path)]).toEqual([['na me.txt'], ['d', 'f']]);
    expect(again).toMatchObject({ result: { dest: dir.at('d/na me.txt') } });
  });

  test.each([
    ['attachment; filename=a.txt', 'a.txt'],
    ['attachment; size=3; filename="a b.txt"; x=y', 'a b.txt'],
    ['attachment; filename="/etc/passwd"', 'passwd'],
    ['attachment; filename="..\\\\x"', 'x'],
    ['attachment; filename=".."', undefined],
    ['attachment; filename="a\tb"', undefined],
    ['inline; filename=a.txt', undefined],
    ['attachment', undefined],
  ])('P24: Content-Disposition %j names %j', (field, name) => {
    expect(
      nameInHeaders(
        `HTTP/1.1 302 Found\r\nContent-Disposition: attachment; filename=no\r\n\r\nHTTP/1.1 200 OK\r\nContent-Disposition: ${field}\r\n\r\n`,
      ),
    ).toBe(name);
  });

  test('fetches a file again only if it is newer or differs', async () => {
    using dir = folder();
    await using web = await server();
    const args = { url: `${web.url}/file.txt`, dest: dir.at('f') };
    writeFileSync(dir.at('f'), 'mine\n');
    utimesSync(dir.at('f'), 1e9, 1e9);

    const older = await runHere(get_url, args);
    writeFileSync(dir.at('f'), 'mine\n');
    const newer = await runHere(get_url, args);
    const forced = await runHere(get_url, { ...args, force: true });

    expect([older.status, newer.status, forced.status]).toEqual(['changed', 'ok', 'changed']);
  });

  test('compares the content of a file: URL, which has no status for "not newer"', async () => {
    using dir = folder();
    writeFileSync(dir.at('served'), 'served\n');
    utimesSync(dir.at('served'), 1e9, 1e9);
    writeFileSync(dir.at('f'), 'other\n');
    const args = { url: `file://${dir.at('served')}`, dest: dir.at('f') };

    const ran = await runHere(get_url, args);
    const again = await runHere(get_url, args);

    expect([ran.status, again.status, readFileSync(dir.at('f'), 'utf8')]).toEqual(['changed', 'ok', 'served\n']);
  });

  test('sends no request if the checksum is right', async () => {
    using dir = folder();
    await using web = await server();
    writeFileSync(dir.at('f'), 'hello\n');

    const ended = await runHere(get_url, {
      url: `${web.url}/file.txt`,
      dest: dir.at('f'),
      checksum: `sha256:${hash('sha256', 'hello\n')}`,
    });

    expect([ended.status, web.asked]).toEqual(['ok', []]);
  });

  test('reads the checksum from a list, and rejects a file that does not match', async () => {
    using dir = folder();
    await using web = await server();

    const right = await runHere(get_url, {
      url: `${web.url}/file.txt`,
      dest: dir.at('f'),
      checksum: `sha256:${web.url}/sums`,
    });
    const wrong = await runHere(get_url, {
      url: `${web.url}/file.txt`,
      dest: dir.at('g'),
      checksum: `sha256:${'0'.repeat(64)}`,
    });

    expect(right.status).toBe('changed');
    expect(wrong).toMatchObject({ status: 'failed', message: expect.stringContaining('did not match') });
    expect(readdirSync(dir.path)).toEqual(['f']);
  });

  test('a check reports a failing URL', async () => {
    using dir = folder();
    await using web = await server();

    const missing = await runHere(get_url, { url: `${web.url}/nope`, dest: dir.at('f') }, { check: true });
    const nobody = await runHere(
      get_url,
      { url: 'http://127.0.0.1:1/x', dest: dir.at('f'), timeout: 2 },
      { check: true },
    );

    expect([missing.status, nobody.status]).toEqual(['failed', 'failed']);
    expect(missing).toMatchObject({ result: { status_code: 404 } });
  });

  test('sends a password, and never as an argument', async () => {
    using dir = folder();
    await using web = await server();
    const scripts: string[] = [];
    const { runScript } = await import('./local-host.ts');
    const sh: typeof runScript = (script, stdin) => {
      scripts.push(script);
      return runScript(script, stdin);
    };

    const ended = await runHere(
      get_url,
      {
        url: `${web.url}/secret`,
        dest: dir.at('f'),
        url_username: 'me',
        url_password: 's3cret',
        force_basic_auth: true,
      },
      { sh },
    );

    expect(ended.status).toBe('changed');
    expect(scripts.join('\n')).not.toContain('s3cret');
  });
});
