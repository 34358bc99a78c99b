import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import uri from '../../tasks/uri.ts';
import { runHere } from './harness.ts';
import { folder } from './local-host.ts';

describe('uri', () => {
  test('a GET is a question: ok, with the values that Ansible returns', async () => {
    await using server = await serve((_, response) =>
      response.setHeader('Content-Type', 'application/json').end('{"a": [1]}'),
    );

    const ended = await runHere(uri, { url: server.url, return_content: true });

    expect(ended).toMatchObject({
      status: 'ok',
      result: {
        status: 200,
        content: '{"a": [1]}',
        json: { a: [1] },
        content_type: 'application/json',
        redirected: false,
        url: `${server.url}/`,
        msg: 'OK (10 bytes)',
      },
    });
  });

  test('an unexpected status fails, and returns the body', async () => {
    await using server = await serve((_, response) => response.writeHead(404).end('nothing here'));

    expect(await runHere(uri, { url: server.url })).toMatchObject({
      status: 'failed',
      message: 'Status code was 404 and not [200]: HTTP Error 404: Not Found',
      result: { status: 404, content: 'nothing here' },
    });
    expect(await runHere(uri, { url: server.url, status_code: [200, 404] })).toMatchObject({ status: 'ok' });
  });

  test.for([
    [{ content_type: 'text/plain' }, undefined],
    [{ content_type: 'image/jpeg' }, 'the content type is text/plain, not image/jpeg'],
    [{ contains: 'nginx_up 1' }, undefined],
    [{ contains: 'nginx_up 0' }, '`nginx_up 0` is not in the body'],
  ] as const)('expects %j: %s', async ([wanted, message]) => {
    await using server = await serve((_, response) =>
      response.setHeader('Content-Type', 'text/plain; charset=utf-8').end('é nginx_up 1\n'),
    );

    const ended = await runHere(uri, { url: server.url, expect: wanted });

    expect(ended).toMatchObject(message === undefined ? { status: 'ok' } : { status: 'failed', message });
  });

  test('a form sends files from the controller, byte for byte', async () => {
    const got: Buffer[] = [];
    await using server = await serve((request, response) => {
      request.on('data', (chunk: Buffer) => got.push(chunk)).on('end', () => response.end());
    });
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const controller = {
      find: (_: string, name: string) => ({ ok: true, path: `/files/${name}` }) as const,
      readFile: (path: string) => (path === '/files/pictures/a.png' ? bytes : Buffer.from('other')),
    };
    const body = {
      note: 'é',
      image: { filename: 'pictures/a.png', mime_type: 'image/png' },
      text: { content: 'x', filename: 'x.txt' },
    };

    const ended = await runHere(
      uri,
      { url: server.url, method: 'POST', body_format: 'form-multipart', body },
      { controller },
    );

    expect(ended).toMatchObject({ status: 'changed' });
    const form = await new Response(Buffer.concat(got), {
      headers: {
        'Content-Type': `multipart/form-data; boundary=${/^--(.*)\r/.exec(Buffer.concat(got).toString('latin1'))![1]}`,
      },
    }).formData();
    const image = form.get('image') as File;
    expect([form.get('note'), image.name, image.type]).toEqual(['é', 'a.png', 'image/png']);
    expect(new Uint8Array(await image.arrayBuffer())).toEqual(bytes);
    expect(await (form.get('text') as File).text()).toBe('x');
    await expect(
      runHere(
        uri,
        { url: server.url, method: 'POST', body_format: 'form-multipart', remote_src: true, body },
        { controller },
      ),
    ).rejects.toThrow('a file on the host: fetch it first');
  });

  test('repeats the request as long as `until` requires', async () => {
    let asked = 0;
    await using server = await serve((_, response) => response.writeHead(asked++ === 0 ? 404 : 200).end());

    expect(await runHere(uri, { url: server.url, wait: 10 })).toMatchObject({ status: 'ok' });
    expect(asked).toBe(2);
  });

  test('M6: a wrong response fails in a check, which does not wait', async () => {
    await using server = await serve((_, response) => response.writeHead(404).end());

    expect(await runHere(uri, { url: server.url, wait: 10 }, { check: true })).toMatchObject({
      status: 'failed',
      message: 'Status code was 404 and not [200]: HTTP Error 404: Not Found',
    });
  });

  test('no response is status -1', async () => {
    expect(await runHere(uri, { url: 'http://127.0.0.1:1/' })).toMatchObject({
      status: 'failed',
      result: { status: -1 },
    });
  });

  test.for([
    ['json', { a: 1, b: ['x'] }, 'application/json', '{"a": 1, "b": ["x"]}'],
    ['form-urlencoded', { a: 'x y', b: [1, 2] }, 'application/x-www-form-urlencoded', 'a=x+y&b=1&b=2'],
    ['raw', 'just text\n', 'application/x-www-form-urlencoded', 'just text\n'],
  ] as const)('a POST of %s acts each time', async ([body_format, body, type, text]) => {
    const seen: string[] = [];
    await using server = await serve((incoming, response) => {
      incoming
        .on('data', (chunk) => seen.push(`${incoming.method} ${incoming.headers['content-type']} ${chunk}`))
        .on('end', () => response.writeHead(201).end());
    });

    const ended = await runHere(uri, { url: server.url, method: 'POST', body, body_format, status_code: 201 });

    expect(ended).toMatchObject({ status: 'changed', result: { status: 201 } });
    expect(seen).toEqual([`POST ${type} ${text}`]);
  });

  test('a POST is not sent in a check', async () => {
    let asked = 0;
    await using server = await serve((_, response) => response.end(String(asked++)));

    expect(await runHere(uri, { url: server.url, method: 'POST' }, { check: true })).toMatchObject({
      status: 'changed',
    });
    expect(asked).toBe(0);
  });

  test('a POST with an error as its response fails', async () => {
    await using server = await serve((_, response) => response.writeHead(500).end());

    expect(await runHere(uri, { url: server.url, method: 'POST' })).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('Status code was 500'),
    });
  });

  test('writes the body to a file, once', async () => {
    using place = folder();
    await using server = await serve((_, response) => response.end('body'));
    const args = { url: `${server.url}/a/page.html?x=1`, dest: place.path, mode: '0640' };

    expect(await runHere(uri, args)).toMatchObject({ status: 'changed', result: { path: place.at('page.html') } });
    expect(readFileSync(place.at('page.html'), 'utf8')).toBe('body');
    expect(await runHere(uri, args)).toMatchObject({ status: 'ok' });
  });

  test('is skipped if the path of `creates` exists', async () => {
    expect(await runHere(uri, { url: 'http://127.0.0.1:1/', creates: '/etc' })).toMatchObject({ status: 'skipped' });
  });
});

async function serve(answer: (incoming: IncomingMessage, response: ServerResponse) => unknown) {
  const server = createServer((incoming, response) => void answer(incoming, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((done) => server.close(() => done())),
  };
}
