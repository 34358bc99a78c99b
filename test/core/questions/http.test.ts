import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type HttpReply, type HttpRequest, httpScript, readHttp } from '../../../src/core/questions/network/http.ts';
import { runScript } from '../../tasks/local-host.ts';

describe('http', () => {
  test('reads status, reason, headers, cookies and a body of any bytes', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    await using server = await serve((_, response) => {
      response.writeHead(418, "I'm a teapot", {
        'Content-Type': 'application/octet-stream',
        'Set-Cookie': ['a=1; Path=/', 'b=2'],
        'X-Two': ['one', 'two'],
      });
      response.end(bytes);
    });

    const reply = await request({ url: `${server.url}/x` });

    expect(reply).toMatchObject({
      status: 418,
      reason: "I'm a teapot",
      redirected: false,
      cookies: { a: '1', b: '2' },
    });
    expect(reply.headers).toMatchObject({ 'content-type': 'application/octet-stream', 'x-two': 'one, two' });
    expect(Buffer.from(reply.body, 'latin1')).toEqual(bytes);
  });

  test('sends a body of any bytes, and no secret in an argument list', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    await using server = await serve((incoming, response) => echo(incoming, response));

    const reply = await request({
      url: server.url,
      method: 'PUT',
      body: { base64: bytes.toString('base64') },
      user: 'u',
      password: 'sec"re\\t',
      basic: true,
    });

    const seen = JSON.parse(reply.body) as { method: string; authorization: string; body: string };
    expect(seen.method).toBe('PUT');
    expect(Buffer.from(seen.body, 'base64')).toEqual(bytes);
    expect(Buffer.from(seen.authorization.split(' ')[1]!, 'base64').toString()).toBe('u:sec"re\\t');
    expect(httpScript({ ...plain, url: server.url, password: 'sec' }).script).not.toContain('sec');
  });

  test('connects to another address under the same name', async () => {
    await using server = await serve((incoming, response) => response.end(incoming.headers.host));

    const reply = await request({ url: 'http://images.example.org/a', resolveTo: `127.0.0.1:${server.port}` });

    expect(reply.body).toBe('images.example.org');
  });

  test('follows redirects only if requested, and returns the last response', async () => {
    await using server = await serve((incoming, response) =>
      incoming.url === '/old' ? response.writeHead(302, { Location: '/new' }).end('moved') : response.end('here'),
    );

    expect(await request({ url: `${server.url}/old` })).toMatchObject({ status: 302, redirected: false });
    expect(await request({ url: `${server.url}/old`, follow: true })).toMatchObject({
      status: 200,
      redirected: true,
      body: 'here',
      url: `${server.url}/new`,
    });
  });

  test('reports why there was no HTTP response', async () => {
    const reply = await request({ url: 'http://127.0.0.1:1/' });

    expect(reply.status).toBe(-1);
    expect(reply.failure).toMatch(/^curl: \(7\) .*(refused|Could not connect|Failed to connect)/i);
  });

  test('reports that curl is missing', () => {
    expect(
      readHttp({ code: 127, stdout: Buffer.of(), stderr: Buffer.from('sh: 1: curl: not found\n') }, plain),
    ).toEqual({
      ok: false,
      why: 'HTTP requests need curl, which is not installed on this host',
    });
  });
});

const plain: HttpRequest = { url: '', method: 'GET', headers: [], validateCerts: true, timeout: 5, follow: false };

async function request(some: Partial<HttpRequest> & { url: string }): Promise<HttpReply> {
  const asked = { ...plain, ...some };
  const { script, stdin } = httpScript(asked);
  const read = readHttp(await runScript(script, stdin), asked);
  if (!read.ok) throw new Error(read.why);
  return read.value;
}

async function all(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function echo(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await all(incoming);
  response.end(
    JSON.stringify({
      method: incoming.method,
      authorization: incoming.headers.authorization,
      type: incoming.headers['content-type'],
      body: body.toString('base64'),
    }),
  );
}

async function serve(answer: (incoming: IncomingMessage, response: ServerResponse) => unknown) {
  const server = createServer((incoming, response) => void answer(incoming, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((done) => server.close(() => done())),
  };
}
