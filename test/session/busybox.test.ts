import { execFileSync } from 'node:child_process';
import {
  chownSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Question } from '../../src/core/question.ts';
import { checksum } from '../../src/core/questions/files/checksum.ts';
import { found } from '../../src/core/questions/files/found.ts';
import { listing } from '../../src/core/questions/files/listing.ts';
import { stat } from '../../src/core/questions/files/stat.ts';
import { tree } from '../../src/core/questions/files/tree.ts';
import type { Reply } from '../../src/core/session.ts';
import { mergeQuestions } from '../../src/engine/host/round.ts';
import { createConnector } from '../../src/session/index.ts';
import { type BusyboxHost, busyboxHost, hasBusyboxHosts } from '../busybox-host.ts';
import { runScript } from '../tasks/local-host.ts';

let box: BusyboxHost;

/** Names that a host may have, however odd. */
const NAMES = [
  'plain',
  'two words',
  'new\nline',
  '-dash',
  'back\\slash',
  'quo\'te"',
  'ünïcode',
  '%n %s',
  '*glob?[a]',
  '\x01\x02 control',
  'UNKNOWN',
  'a:b',
  '\\0101',
];

const seconds = 1_700_000_000;

beforeAll(async () => {
  if (!hasBusyboxHosts) return;
  box = await busyboxHost();
  const odd = box.at('/tmp/odd');
  mkdirSync(join(odd, 'dir/below'), { recursive: true });
  for (const [at, name] of NAMES.entries()) {
    writeFileSync(join(odd, name), `content ${at}\n`, { mode: 0o640 + at });
    symlinkSync(name, join(odd, `link to ${name}`));
  }
  chownSync(join(odd, 'plain'), 1000, 10);
  chownSync(join(odd, 'two words'), 4711, 4712);
  writeFileSync(join(odd, 'dir/below/leaf'), 'leaf\n');
  symlinkSync('nowhere/at/all', join(odd, 'dangling'));
  symlinkSync('loop', join(odd, 'loop'));
  symlinkSync('dir', join(odd, 'way'));
  symlinkSync('deeper/x', join(odd, 'deeper'));
  symlinkSync('/tmp/odd/dir/below', join(odd, 'absolute'));
  execFileSync('mkfifo', [join(odd, 'fifo')]);
  const all = readdirSync(odd, { recursive: true, encoding: 'utf8' }).map((name) => join(odd, name));
  for (const path of all.reverse()) lutimesSync(path, seconds, seconds);
  utimesSync(odd, seconds, seconds);
});
afterAll(() => box?.close());

/** Runs a script in the directory on both sides: with BusyBox there, with GNU's tools here. */
async function both(script: string): Promise<readonly [busybox: Reply, gnu: Reply]> {
  const there = await box.sh(`cd /tmp/odd\n${script}`);
  return [there, await runScript(`export LC_ALL=C; cd '${box.at('/tmp/odd')}'\n${script}`)];
}

const printed = ({ stdout, code }: Reply): readonly unknown[] => [
  stdout.toString('latin1').replaceAll(box.root, ''),
  code,
];

const sorted = ({ stdout }: Reply, width: number): readonly string[] => {
  const words = stdout.toString('latin1').split('\0').slice(0, -1);
  return Array.from({ length: words.length / width }, (_, at) =>
    words.slice(at * width, (at + 1) * width).join('|'),
  ).toSorted();
};

/** Without the birth time and fractions of seconds, which BusyBox does not know, and names of this machine's accounts. */
const FORMAT = String.raw`l\0%n\0%f\0%u\0%g\0%s\0%i\0%h\0%t\0%T\0%b\0%o\0%.9Y\0`;

describe.skipIf(!hasBusyboxHosts)('GNU tools by means of BusyBox', () => {
  test.each([
    ['stat of every name', `stat --printf '${FORMAT}' -- * .`],
    ['stat of what links lead to', `stat -L --printf '${FORMAT}' -- plain link* way 2>/dev/null`],
    ['stat of what is not there', `stat --printf '${FORMAT}' -- plain none/below none 'new\nline' 2>/dev/null`],
    ['stat of nothing but what is not there', `stat --printf '${FORMAT}' -- none 2>/dev/null`],
    ['stat without a name in the format', String.raw`stat -L --printf '%u %g %a\0' -- dir none way 2>/dev/null`],
    ['the targets of links', 'readlink -z -- link* dangling loop absolute'],
    ['the target of one link', 'readlink way; readlink -f -- way/below/; readlink -f -- dangling; readlink -n -- way'],
    [
      'real paths',
      'realpath -mz -- [!dl]* link* dangling way/below/none dir/../way/./below//leaf none/../plain . .. /tmp/../etc plain/below absolute/leaf 2>/dev/null',
    ],
    [
      'real paths of loops',
      'realpath -mz -- loop 2>/dev/null || echo "no: $?"; realpath -mz -- plain loop/below way 2>/dev/null || echo no',
    ],
    ['checksums', 'sha1sum -bz -- [!fl]* 2>/dev/null'],
    [
      'checksums of usual names',
      'sha256sum -bz -- plain "two words" none way 2>/dev/null; md5sum -bz plain; sha512sum <plain; sha1sum plain "two words"',
    ],
    [
      'modes and owners taken from other files',
      'touch new; chmod --reference=plain -- new; chown --reference=way -- new; stat -c "%a %u %g" new; rm new',
    ],
    [
      'what somebody else asks of them',
      'stat -c "%s %a" plain; find dir -name leaf; find dir -type f -exec cat {} +; chmod 640 plain; sha1sum -c </dev/null',
    ],
  ])('%s', async (_, script) => {
    const [busybox, gnu] = await both(script);

    expect(printed(busybox)).toEqual(printed(gnu));
  });

  const FOUND = String.raw`%p\0%y\0%m\0%U\0%G\0%s\0%D\0%i\0%n\0`;

  test.each([
    ['everything below', `find -H . -printf '${FOUND}'`, 9],
    ['paths below a root', String.raw`find -H way/ -printf '%P\0%y\0%l\0%s\0'`, 4],
    ['a root that is a link', String.raw`find -H way -printf '%P\0%y\0%l\0'`, 3],
    [
      'what links lead to',
      String.raw`find -L . \( -name absolute -o -name loop -o -name deeper \) -prune -o -printf '%P\0%y\0%l\0%i\0' 2>/dev/null`,
      4,
    ],
    ['to a depth', String.raw`find -H dir -mindepth 1 -maxdepth 1 -printf '%p\0%f\0%y\0'`, 3],
    ['one file', String.raw`find -H ./-dash -printf '%P\0%y\0%m\0'`, 3],
    ['checksums of a tree', `find -H . -type f -exec sha1sum -bz '{}' + 2>/dev/null`, 1],
  ])('find: %s', async (_, script, width) => {
    const [busybox, gnu] = await both(script);

    expect(sorted(busybox, width)).toEqual(sorted(gnu, width));
    expect(sorted(gnu, width).length).toBeGreaterThan(0);
  });

  test('find lists a directory before what is in it', async () => {
    const { stdout } = await box.sh(String.raw`find -H /tmp/odd/dir -printf '%P\0'`);

    expect(stdout.toString()).toBe('\0below\0below/leaf\0');
  });

  test('times are whole seconds', async () => {
    const { stdout } = await box.sh(
      String.raw`cd /tmp/odd; stat --printf '%.9Y %.Y %.9W\0' -- plain; find plain -printf '%T@\0'`,
    );

    expect(stdout.toString()).toBe(`${seconds}.000000000 ${seconds}.0 0.000000000\0${seconds}.0000000000\0`);
  });

  test('names of accounts, and numbers that have none', async () => {
    const { stdout } = await box.sh(
      String.raw`cd /tmp/odd; stat --printf '%U %G\0' -- plain two*; find plain two* -printf '%u %g\0'`,
    );

    expect(stdout.toString()).toBe('guest wheel\0UNKNOWN UNKNOWN\0guest wheel\x004711 4712\0');
  });

  test.each([
    ['passwd -- root nobody guest', 'root:x:0:0:root:/root:/bin/sh\nguest:x:1000:1000::/home/guest:/bin/sh', 2],
    ['passwd 1000', 'guest:x:1000:1000::/home/guest:/bin/sh', 0],
    ['group 10 root', 'wheel:x:10:root\nroot:x:0:root', 0],
    ['shadow -- guest', 'guest:!:19000:0:99999:7:::', 0],
    ['shadow -- 19000', '', 2],
    ['group x', '', 2],
    ['passwd gues', '', 2],
  ])('getent %s', async (words, out, code) => {
    const reply = await box.sh(`getent ${words}`);

    expect([reply.stdout.toString().trim(), reply.code]).toEqual([out, code]);
  });

  test('a tool that is not there is named, with the package that has it', async () => {
    const bare = await busyboxHost({ dash: true });
    onTestFinished(() => bare.close());
    for (const tool of ['bin/stat', 'usr/bin/sha1sum']) rmSync(bare.at(tool));
    const { session } = await bare.again();

    const answers = async (question: Question<unknown>) => {
      const { parts, read } = mergeQuestions([question]);
      const exchanged = await session.exchange(parts);
      return read(exchanged.ok ? exchanged.replies : []).get(question.key);
    };

    expect(await answers(stat('/etc/passwd'))).toEqual({ ok: false, why: expect.stringMatching(lacking('stat')) });
    expect(await answers(found({ path: '/etc', follow: false }))).toEqual({
      ok: false,
      why: expect.stringMatching(lacking('stat')),
    });
    expect(await answers(tree({ path: '/etc' }))).toEqual({ ok: false, why: expect.stringMatching(lacking('stat')) });
    expect(await answers(listing('/etc'))).toEqual({ ok: false, why: expect.stringMatching(lacking('stat')) });
    expect(await answers(checksum('/etc/passwd'))).toEqual({
      ok: false,
      why: expect.stringMatching(lacking('sha1sum')),
    });
  });

  test('a tool of GNU that somebody has installed is used as it is', async () => {
    const mixed = await busyboxHost({ dash: true });
    onTestFinished(() => mixed.close());
    writeFileSync(mixed.at('/usr/bin/stat'), '#!/bin/sh\necho GNU "$@"\n', { mode: 0o755 });
    rmSync(mixed.at('/bin/stat'));
    const { session } = await mixed.again();

    const exchanged = await session.exchange([{ script: 'stat --printf x -- /; sha1sum -bz -- /etc/alpine-release' }]);

    expect(exchanged.ok && exchanged.replies[0]?.stdout.toString()).toMatch(
      /^GNU --printf x -- \/\n[0-9a-f]{40} \*\/etc\/alpine-release\0$/,
    );
  });

  test('no other host gets these functions', async () => {
    const connector = createConnector({ env: process.env });
    const opened = await connector.open({ name: 'here', connection: 'local' });
    const exchanged = opened.ok ? await opened.session.exchange([{ script: 'command -v stat _lines' }]) : undefined;
    await connector.close();

    expect(exchanged?.ok === true && exchanged.replies[0]?.stdout.toString()).toMatch(/^\/\S*stat\n$/);
  });
});

const lacking = (tool: string): RegExp =>
  new RegExp(
    `${tool} is not on the host, or lacks an option: install it \\(Alpine: apk add coreutils; OpenWrt: opkg install coreutils-${tool}\\)`,
  );
