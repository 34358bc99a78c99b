import { execFileSync, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { knownHostsReader } from '../../../src/session/ssh/host-key-check.ts';
import {
  fingerprint,
  judgeHostKey,
  knownTypes,
  matchesPatterns,
  parseKnownHosts,
} from '../../../src/session/ssh/known-hosts.ts';
import { generateKey } from '../sshd.ts';

const folder = mkdtempSync(join(tmpdir(), 'retrace-known-'));
const publicKey = (name: string, type: string): string => {
  generateKey(join(folder, name), type);
  return readFileSync(join(folder, `${name}.pub`), 'utf8')
    .split(' ', 2)
    .join(' ');
};
const ours = publicKey('ours', 'ed25519');
const other = publicKey('other', 'ed25519');
const rsa = publicKey('rsa', 'rsa');
rmSync(folder, { recursive: true });

const blob = (key: string): Buffer => Buffer.from(key.split(' ')[1]!, 'base64');
const known = (...lines: string[]) => parseKnownHosts(lines.join('\n'), 'known');

describe('known hosts', () => {
  test.for([
    ['a plain name', 'web', 'web', 22],
    ['a name in capitals', 'WEB', 'Web', 22],
    ['one of several', 'a,web,b', 'web', 22],
    ['a wildcard', '*.example.org', 'web.example.org', 22],
    ['a question mark', 'w?b', 'web', 22],
    ['no negation', '*,!other', 'web', 22],
    ['a port', '[web]:2222', 'web', 2222],
    ['a name without the port', 'web', 'web', 2222],
    ['an IPv6 address', '[2001:db8::1]:2222', '2001:db8::1', 2222],
    ['an IPv6 address at 22', '2001:db8::1', '2001:db8::1', 22],
  ] as const)('trust by %s', ([, names, host, port]) => {
    expect(judgeHostKey(known(`${names} ${ours} comment`), host, port, blob(ours))).toEqual({ verdict: 'trusted' });
  });

  test.for([
    ['another name', 'other', 'web', 22],
    ['a negation', '*,!web', 'web', 22],
    ['a dot that would match any letter', 'w.b', 'web', 22],
    ['another port', '[web]:2222', 'web', 22],
    ['a comment', '# web', 'web', 22],
  ] as const)('do not match %s', ([, names, host, port]) => {
    expect(judgeHostKey(known(`${names} ${ours}`), host, port, blob(ours))).toMatchObject({ verdict: 'unknown' });
  });

  test.for(['web', '[web]:2222'])('find a hashed %s', (name) => {
    const file = join(mkdtempSync(join(tmpdir(), 'retrace-known-')), 'known');
    onTestFinished(() => rmSync(join(file, '..'), { recursive: true }));
    writeFileSync(file, `${name} ${ours}\nnot ${other}\n`);
    execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' });
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain('web');

    expect(judgeHostKey(parseKnownHosts(text, file), 'web', name === 'web' ? 22 : 2222, blob(ours))).toEqual({
      verdict: 'trusted',
    });
    expect(judgeHostKey(parseKnownHosts(text, file), 'web', name === 'web' ? 22 : 2222, blob(other))).toMatchObject({
      verdict: 'changed',
    });
  });

  test('match the same lines as ssh-keygen', () => {
    const patterns = [
      'web',
      'w*',
      '*',
      '*,!web',
      '!web',
      'a,web',
      '[web]:22',
      '[web]:2222',
      '[w*]:2222',
      '[*]:*',
      'WEB',
      'web.',
      '?eb',
    ];
    const file = join(mkdtempSync(join(tmpdir(), 'retrace-known-')), 'known');
    onTestFinished(() => rmSync(join(file, '..'), { recursive: true }));
    for (const pattern of patterns) {
      writeFileSync(file, `${pattern} ${ours}\n`);
      for (const [host, port, asked] of [
        ['web', 22, 'web'],
        ['web', 2222, '[web]:2222'],
      ] as const) {
        const theirs = spawnSync('ssh-keygen', ['-F', asked, '-f', file]).status === 0;

        expect([
          pattern,
          asked,
          knownTypes(parseKnownHosts(readFileSync(file, 'utf8'), file), host, port).length > 0,
        ]).toEqual([pattern, asked, theirs]);
      }
    }
  });

  test('name the line with another key', () => {
    expect(judgeHostKey(known('# comment', '', `web ${other}`), 'web', 22, blob(ours))).toMatchObject({
      verdict: 'changed',
      by: { at: 'known:3' },
    });
  });

  test('trust a key among several of a type', () => {
    expect(judgeHostKey(known(`web ${other}`, `web ${ours}`), 'web', 22, blob(ours))).toEqual({ verdict: 'trusted' });
  });

  test('treat a key of another type as unknown, not as changed', () => {
    expect(judgeHostKey(known(`web ${rsa}`), 'web', 22, blob(ours))).toMatchObject({
      verdict: 'unknown',
      otherTypes: [{ type: 'ssh-rsa' }],
    });
  });

  test('refuse a revoked key even if another line has it', () => {
    expect(judgeHostKey(known(`web ${ours}`, `@revoked * ${ours}`), 'web', 22, blob(ours))).toMatchObject({
      verdict: 'revoked',
      by: { at: 'known:2' },
    });
  });

  test('report a certificate authority', () => {
    expect(judgeHostKey(known(`@cert-authority *.org ${other}`), 'web.org', 22, blob(ours))).toMatchObject({
      verdict: 'unknown',
      authority: { at: 'known:1' },
    });
  });

  test('list the key types of a host, in the order of the file', () => {
    expect(knownTypes(known(`web ${rsa}`, `other ${ours}`, `web ${ours}`, `@revoked web ${other}`), 'web', 22)).toEqual(
      ['ssh-rsa', 'ssh-ed25519'],
    );
  });

  test('skip invalid lines', () => {
    const lines = known('web', 'web ssh-ed25519', '@strange web ssh-ed25519 AAAA', 'web ssh-ed25519 !!!', '|1|x');

    expect([lines.named('web'), lines.revoked]).toEqual([[], []]);
  });

  test('show a fingerprint like ssh-keygen', () => {
    const theirs = execFileSync('ssh-keygen', ['-lf', '-'], { input: ours, encoding: 'utf8' });

    expect(theirs).toContain(fingerprint(blob(ours)));
  });
});

describe('a large file', () => {
  const name = fc.constantFrom('web', 'WEB', 'db', '[web]:2222', 'web.example.org', '10.0.0.1', '[2001:db8::1]:2222');
  const pattern = fc.constantFrom('*', 'w?b', '*.example.org', '!web', '!*.org', '[web]:*');
  const names = fc.oneof(
    name,
    fc.array(fc.oneof(name, pattern), { minLength: 1, maxLength: 3 }).map((all) => all.join(',')),
    name.map((one) => {
      const salt = Buffer.from('a salt of twenty byte');
      return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(one.toLowerCase()).digest('base64')}`;
    }),
  );

  test('is looked up as if each of its lines were tried', () => {
    fc.assert(
      fc.property(fc.array(names, { maxLength: 12 }), name, (all, wanted) => {
        const text = all.map((one) => `${one} ${ours}`).join('\n');
        const tried = all.flatMap((one, at) => (isTried(one, wanted.toLowerCase()) ? [`known:${at + 1}`] : []));

        const found = parseKnownHosts(text, 'known').named(wanted.toLowerCase());

        expect(found.map(({ at }) => at)).toEqual(tried);
      }),
    );
  });

  /** Whether a line is for a name, by looking at it alone. */
  function isTried(written: string, wanted: string): boolean {
    if (!written.startsWith('|1|')) return matchesPatterns(written.toLowerCase().split(','), wanted);
    const [, , salt = '', hash] = written.split('|');
    return createHmac('sha1', Buffer.from(salt, 'base64')).update(wanted).digest('base64') === hash;
  }

  test('is read once for many logins, and again when it has changed', async () => {
    const place = mkdtempSync(join(tmpdir(), 'retrace-known-'));
    onTestFinished(() => rmSync(place, { recursive: true }));
    const file = join(place, 'known');
    let count = 0;
    const read = knownHostsReader((path) => {
      count++;
      return readFile(path, 'utf8');
    });
    writeFileSync(file, `web ${other}\n`);

    const all = await Promise.all(Array.from({ length: 50 }, () => read(file)));
    expect([count, all.map((one) => one.named('web').length)]).toEqual([1, Array(50).fill(1)]);

    writeFileSync(file, `web ${ours}\nanother ${other}\n`);
    expect([judgeHostKey(await read(file), 'web', 22, blob(ours)), count]).toEqual([{ verdict: 'trusted' }, 2]);
    rmSync(file);
    expect((await read(file)).named('web')).toEqual([]);
  });
});
