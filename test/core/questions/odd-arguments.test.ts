import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import type { Question } from '../../../src/core/question.ts';
import { groupAccount, userAccount } from '../../../src/core/questions/accounts/account.ts';
import { homeFile } from '../../../src/core/questions/accounts/home-file.ts';
import { sshKey } from '../../../src/core/questions/accounts/ssh-key.ts';
import { user } from '../../../src/core/questions/accounts/users.ts';
import { checksum } from '../../../src/core/questions/files/checksum.ts';
import { content } from '../../../src/core/questions/files/content.ts';
import { exists } from '../../../src/core/questions/files/exists.ts';
import { fileDetails } from '../../../src/core/questions/files/file-details.ts';
import { found } from '../../../src/core/questions/files/found.ts';
import { fragments } from '../../../src/core/questions/files/fragments.ts';
import { listing } from '../../../src/core/questions/files/listing.ts';
import { stat } from '../../../src/core/questions/files/stat.ts';
import { tree } from '../../../src/core/questions/files/tree.ts';
import { packages } from '../../../src/core/questions/packages/packages.ts';
import { job } from '../../../src/core/questions/services/job.ts';
import { unit } from '../../../src/core/questions/services/units.ts';
import { ask, askAll, folder } from '../../tasks/local-host.ts';

/** Arguments that should not occur, but will. */
const odd = [
  '',
  ' ',
  '-',
  '--',
  '-v',
  '--help',
  'a b',
  "it's",
  'a\nb',
  'a\\b',
  '*',
  'tpl@.service',
  'bad/name',
  'a,b',
  'a:b',
  '%n',
  '@',
  'ü',
  '1234567',
  '0',
  '$(exit 3)',
  'x'.repeat(300),
];

// A directory and a file that no other program uses at the same time: tests that add users change /etc/passwd.
const quiet = folder();
afterAll(() => quiet[Symbol.dispose]());
writeFileSync(quiet.at('file'), 'x');

/** Kinds of question, each asking about one text. Those that need systemd or ZFS are tested in the lab. */
// biome-ignore lint/suspicious/noExplicitAny: questions of all kinds in one list
const kinds: readonly (readonly [string, (text: string) => Question<any>, good: string])[] = [
  ['user account', userAccount, 'root'],
  ['group account', groupAccount, 'root'],
  ['user', (name) => user(name), 'root'],
  ['user with a key', (key) => user('root', { key }), '.ssh/id_none'],
  ['packages', packages, 'dpkg'],
  ['stat', stat, quiet.at('file')],
  ['content', content, quiet.at('file')],
  ['checksum', checksum, quiet.at('file')],
  ['exists', exists, quiet.at('file')],
  ['exists in a directory', (chdir) => exists('passwd', chdir), '/etc'],
  ['file details', (path) => fileDetails(path, true), quiet.at('file')],
  ['found', (path) => found({ path, follow: false }), quiet.path],
  ['fragments', fragments, quiet.path],
  ['home file', (name) => homeFile(name, '.profile'), 'root'],
  ['job', job, '/nowhere/job'],
  ['listing', listing, quiet.path],
  ['ssh key', sshKey, '/nowhere/key'],
  ['tree', (path) => tree({ path }), quiet.path],
];

describe('P4: an odd argument does not affect the others', () => {
  test.for(kinds)('%s', async ([, about, good]) => {
    const alone = await ask(about(good));
    const answers = await askAll([...odd.slice(0, 11), good, ...odd.slice(11)].map((text) => about(text)));

    expect(answers).toHaveLength(odd.length + 1);
    expect(answers[11]).toEqual({ ok: true, value: alone });
  });
});

/** Like systemd: a name that it cannot parse makes the whole request fail. */
const systemctl = `#!/bin/sh
while [ "$1" != -- ]; do case $1 in is-enabled) enabled=1 ;; esac; shift; done; shift
[ -z "$enabled" ] || { [ "$1" = tpl@.service ] && echo indirect; exit; }
for u do case $u in *@.service | -* | *' '*) echo "Failed to get properties: Unit name $u is neither a valid invocation ID nor unit name." >&2; exit 1 ;; esac; done
first=; for u do [ -z "$first" ] || echo; first=no; printf 'Id=%s\\nLoadState=loaded\\nActiveState=active\\n' "$u"; done
`;

describe('P4: units', () => {
  test('a template or an invalid name among others gets its own answer', async () => {
    using bin = folder();
    writeFileSync(bin.at('systemctl'), systemctl, { mode: 0o755 });
    const path = process.env['PATH'];
    process.env['PATH'] = `${bin.path}:${path}`;
    const names = ['cron', 'tpl@.service', 'other@.service', 'a b', 'ssh'];
    const answers = await askAll(names.map((name) => unit(name))).finally(() => {
      process.env['PATH'] = path;
    });

    expect(
      answers.map((one) => (one.ok ? [one.value.name, one.value.load, one.value.active, one.value.file] : one.why)),
    ).toEqual([
      ['cron.service', 'loaded', 'active', ''],
      ['tpl@.service', 'loaded', 'inactive', 'indirect'],
      ['other@.service', 'not-found', 'inactive', ''],
      expect.stringContaining('a b.service is neither'),
      ['ssh.service', 'loaded', 'active', ''],
    ]);
  });

  test('valid unit names are asked in one process', async () => {
    const [part] = unit('cron').kind.scripts([unit('cron').arg, unit('ssh').arg]);

    expect(part!.script).toContain('show cron.service ssh.service');
  });
});

describe('files whose names are part of other names', () => {
  test('an unreadable file does not affect the answer for a missing one', async () => {
    using at = folder();
    mkdirSync(at.at('ab'));
    symlinkSync('loop', at.at('loop'));
    writeFileSync(at.at('c'), '');

    expect((await askAll([stat(at.at('a')), stat(at.at('loop/a'))])).map((one) => one.ok)).toEqual([true, true]);
  });
});
