import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import mail from '../../tasks/mail.ts';
import { runHere } from './harness.ts';
import { runScript } from './local-host.ts';
import { outcomeOf } from './outcome.ts';

const place = mkdtempSync(join(tmpdir(), 'retrace-mail-'));

/** A mail that the server has accepted. */
interface Received {
  readonly greeted: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
  readonly login: string;
  readonly encrypted: boolean;
}

let received: Received[] = [];
const [keyFile, certFile] = [join(place, 'key.pem'), join(place, 'cert.pem')];

/** A mail server that offers STARTTLS if wanted, knows one user, and refuses mails to `nobody`. */
function mailServer(offers: readonly string[]): Server {
  return createServer((socket) => {
    socket.write('220 mail.example.org\r\n');
    dialogue(socket, offers, false);
  });
}

function dialogue(socket: Socket, offers: readonly string[], encrypted: boolean): void {
  let mail: Received = { greeted: '', from: '', to: [], text: '', login: '', encrypted };
  let rest = '';
  let inData = false;
  let inLogin = false;
  const say = (line: string) => socket.write(`${line}\r\n`);
  const command = (line: string) => {
    const [verb = '', ...words] = line.split(' ');
    if (inLogin) {
      inLogin = false;
      mail = { ...mail, login: Buffer.from(line, 'base64').toString().replaceAll('\0', ' ').trim() };
      say(mail.login === 'shop open sesame' ? '235 welcome' : '535 wrong password');
    } else if (/^EHLO/i.test(verb)) {
      mail = { ...mail, greeted: words.join(' ') };
      const all = ['mail.example.org', ...(encrypted ? offers.filter((one) => one !== 'STARTTLS') : offers)];
      say(all.map((one, index) => `250${index === all.length - 1 ? ' ' : '-'}${one}`).join('\r\n'));
    } else if (verb === 'STARTTLS') {
      say('220 go ahead');
      socket.removeAllListeners('data');
      const tls = new TLSSocket(socket, { isServer: true, key: readFileSync(keyFile), cert: readFileSync(certFile) });
      dialogue(tls, offers, true);
    } else if (verb === 'AUTH') {
      inLogin = true;
      say('334 ');
    } else if (/^MAIL/i.test(verb)) {
      mail = { ...mail, from: line };
      say('250 ok');
    } else if (/^RCPT/i.test(verb)) {
      if (line.includes('nobody')) return void say('550 no such user');
      mail = { ...mail, to: [...mail.to, /<(.*)>/.exec(line)?.[1] ?? ''] };
      say('250 ok');
    } else if (verb === 'DATA') {
      inData = true;
      say('354 go on');
    } else {
      say('221 bye');
      socket.end();
    }
  };
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    rest += chunk.toString();
    for (;;) {
      const end = rest.indexOf(inData ? '\r\n.\r\n' : '\r\n');
      if (end < 0) return;
      const part = rest.slice(0, end);
      rest = rest.slice(end + (inData ? 5 : 2));
      if (inData) {
        received.push({ ...mail, text: part });
        inData = false;
        say('250 accepted');
      } else command(part);
    }
  });
}

const plain = mailServer(['AUTH PLAIN']);
const secured = mailServer(['STARTTLS', 'AUTH PLAIN']);
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

describe('mail', () => {
  beforeAll(async () => {
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=x', '-keyout', keyFile, '-out', certFile],
      { stdio: 'ignore' },
    );
    await Promise.all([plain, secured].map((server) => new Promise<void>((done) => server.listen(0, done))));
  });
  beforeEach(() => {
    received = [];
  });
  afterAll(() => {
    plain.close();
    secured.close();
    rmSync(place, { recursive: true });
  });

  const run = (args: object, options: Parameters<typeof runHere>[2] = {}) =>
    runHere(mail, { host: '127.0.0.1', port: portOf(plain), subject: 'Hello', ...args }, options);

  test('a mail is sent each time, but not in a check', async () => {
    const args = {
      from: 'Tech <tech@example.org>',
      to: 'Ann <ann@example.org>,bob',
      bcc: 'eve@example.org',
      cc: 'dan',
    };
    const line = 'mail:  → Hello (to ann@example.org, bob, dan, eve@example.org)';

    expect(outcomeOf(await run(args, { check: true }))).toEqual(['changed', line]);
    expect(received).toEqual([]);
    expect(await run(args)).toMatchObject({ status: 'changed', result: { msg: 'Mail sent successfully', result: {} } });
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({
      from: expect.stringContaining('<tech@example.org>'),
      to: ['ann@example.org', 'bob', 'dan', 'eve@example.org'],
      encrypted: false,
      login: '',
    });
    const text = received[0]?.text ?? '';
    expect(text).toMatch(
      /^From: Tech <tech@example.org>\r\nTo: Ann <ann@example.org>, bob\r\nCc: dan\r\nSubject: Hello\r\nDate: \w{3}, /,
    );
    expect(text).not.toContain('eve');
    expect(readMail(text)).toMatchObject({ subject: 'Hello', parts: [['text/plain', 'Hello']] });
  });

  test('texts, headers and attachments arrive as they were', async () => {
    const file = join(place, 'a "report".bin');
    writeFileSync(file, Buffer.from([0, 1, 2, 250, 13, 10, 46, 13, 10]));
    const ended = await run({
      subject: `Größe ${'ä'.repeat(60)}`,
      body: 'Zeile\n.\n.. ü\n',
      subtype: 'html',
      attach: file,
      headers: 'Reply-To=it@example.org|X-Kind=ä,broken',
      ehlohost: 'shop.example.org',
    });

    expect(ended).toMatchObject({ status: 'changed', warnings: ["Skipping header 'broken', unable to parse"] });
    expect(received[0]?.greeted).toBe('shop.example.org');
    expect(readMail(received[0]?.text ?? '')).toEqual({
      subject: `Größe ${'ä'.repeat(60)}`,
      replyTo: 'it@example.org',
      parts: [
        ['text/html', 'Zeile\r\n.\r\n.. ü\r\n'],
        ['a "report".bin', '\u0000\u0001\u0002ú\r\n.\r\n'],
      ],
    });
  });

  test('the server is greeted, logged in to and encrypted as wanted; the password is told to nobody else', async () => {
    const scripts: string[] = [];
    const login = { username: 'shop', password: 'open sesame' };
    const noting: typeof runScript = (script, stdin) => {
      scripts.push(script);
      return runScript(script, stdin);
    };
    const tls = { port: portOf(secured), ...login };

    expect((await run({ ...tls, secure: 'starttls' }, { sh: noting })).status).toBe('changed');
    expect((await run(tls)).status).toBe('changed');
    expect((await run({ ...tls, secure: 'never' })).status).toBe('changed');
    expect((await run(login)).status).toBe('changed');
    expect(received.map(({ encrypted, login }) => [encrypted, login])).toEqual([
      [true, 'shop open sesame'],
      [true, 'shop open sesame'],
      [false, 'shop open sesame'],
      [false, 'shop open sesame'],
    ]);
    expect(scripts.join('\n')).not.toContain('sesame');
    const wrong = await run({ ...tls, password: 'closed sesame' });
    expect(outcomeOf(wrong).at(-1)).toBe(
      `Authentication to 127.0.0.1:${portOf(secured)} failed, please check your username and/or password`,
    );
    expect(JSON.stringify(wrong)).not.toContain('sesame');
  });

  test('says why a mail was not sent', async () => {
    const failure = async (args: object, check = false) => outcomeOf(await run(args, { check })).at(-1);

    expect(await failure({ to: ['ann', 'nobody'] })).toMatch(/refused a recipient, and the mail was sent to none.*550/);
    expect(received).toEqual([]);
    expect(await failure({ secure: 'starttls' })).toBe(`StartTLS is not offered on server 127.0.0.1:${portOf(plain)}`);
    expect(await failure({ secure: 'always' })).toMatch(/^Failed to send mail to server 127.0.0.1:\d+: curl: \(35\)/);
    expect(await failure({ port: 1 })).toMatch(/Failed to send mail to server 127.0.0.1:1: curl: \(7\)/);
    for (const check of [true, false]) {
      expect(await failure({ attach: '/nothing' }, check)).toBe(
        "Failed to send mail: can't attach file /nothing: there is no such file on the host",
      );
      expect(await failure({ to: [] }, check)).toBe('a mail needs a recipient: set `to`, `cc` or `bcc`');
      expect(await failure({ charset: 'koi8-r' }, check)).toBe('the charset koi8-r is not supported: use utf-8');
      expect(await failure({ charset: 'us-ascii', body: 'ü' }, check)).toBe(
        'the text has characters that us-ascii lacks: use utf-8',
      );
    }
    expect(received).toEqual([]);
  });
});

/** A mail as Python reads it. */
function readMail(text: string): unknown {
  const script = `import sys, json, email, email.policy
m = email.message_from_bytes(sys.stdin.buffer.read().replace(b'\\r\\n..', b'\\r\\n.'), policy=email.policy.default)
parts = [p for p in m.walk() if not p.is_multipart()]
told = {'subject': m['subject'], 'parts': [[p.get_filename() or p.get_content_type(), p.get_payload(decode=True).decode('latin1' if p.get_filename() else 'utf-8')] for p in parts]}
if m['reply-to']: told['replyTo'] = m['reply-to']
print(json.dumps(told))`;
  return JSON.parse(execFileSync('python3', ['-c', script], { input: text, encoding: 'utf8' }));
}
