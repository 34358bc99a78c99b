import { describe, expect, test } from 'vitest';
import { accountsOf } from '../../src/document/draft/account.ts';
import { readDocument } from '../../src/document/read-document.ts';
import {
  differencesBetween,
  type Entry,
  type PathDifference,
  readManifest,
} from '../../src/document/record/manifest.ts';
import { type RecordedCommand, readRecord } from '../../src/document/record/session.ts';
import { type Kept, openChanges, type RecordedSession, recordedDocument } from '../../src/document/record/written.ts';

const file = (content: string, more: Partial<Entry> = {}): Entry => ({
  kind: 'file',
  mode: '0644',
  owner: 'root',
  group: 'root',
  content,
  ...more,
});
const typed = (text: string, changed: readonly string[] = [], code = 0): RecordedCommand => ({
  text,
  directory: '/root',
  code,
  changed,
});
const session = (
  commands: readonly RecordedCommand[],
  differences: readonly PathDifference[] = [],
): RecordedSession => ({
  host: 'web1',
  date: '2027-01-31',
  commands,
  differences,
});

/** The document, and what its draft makes of it: grades in order. */
function documented(given: RecordedSession, kept: Readonly<Record<string, Kept>> = {}) {
  const { text, open } = recordedDocument(given, openChanges(given), new Map(Object.entries(kept)));
  return { text, open, grades: accountsOf(readDocument(text, 'x.md')).map(({ drafted }) => drafted.grade) };
}

test('a record has of each command its text, place, exit code and changes; what is cut off is left out', () => {
  expect(readRecord('0\0/root\0echo "a\nb"\0/etc/a\n/etc/b\n\x002\0/etc\0false\n\0\x001\0/ro')).toEqual([
    { code: 0, directory: '/root', text: 'echo "a\nb"', changed: ['/etc/a', '/etc/b'] },
    { code: 2, directory: '/etc', text: 'false', changed: [] },
  ]);
});

test('manifests differ in content, rights and kind; a link has no rights', () => {
  const manifest = (lines: string, sums = '') => readManifest(`${lines.replaceAll('|', '\x1f')}\x1e\n${sums}`);
  const hash = 'd41d8cd98f00b204e9800998ecf8427e';
  const before = manifest(
    'f|644|root|root|/etc/a|\nl|777|root|root|/etc/l|/x\nf|644|root|root|/etc/gone|\n',
    `${hash}  /etc/a\n`,
  );
  const after = manifest(
    'f|600|root|root|/etc/a|\nl|755|root|root|/etc/l|/x\nd|755|root|root|/etc/new|\n',
    `${hash}  /etc/a\n`,
  );

  expect(differencesBetween(before, after).map(({ path, now }) => [path, now?.kind, now?.mode])).toEqual([
    ['/etc/a', 'file', '0600'],
    ['/etc/gone', undefined, undefined],
    ['/etc/new', 'directory', '0755'],
  ]);
});

test('the command that ends a shell is kept if it did more', () => {
  const of = (text: string) => readRecord(`0\0/\0${text}\0\0`).map((one) => one.text);

  expect([of('exit'), of('exit 3'), of('logout'), of('echo x; exit 3')]).toEqual([[], [], [], ['echo x; exit 3']]);
});

describe('a document', () => {
  test('has each command with its prompt, and a draft of it', () => {
    const { text, grades } = documented(session([typed('mkdir -p /etc/app'), typed('cat > /etc/app/a <<EOF\nx\nEOF')]));

    expect(text).toBe(
      '# Session on web1, 2027-01-31\n\n```console\nroot@web1:/root# mkdir -p /etc/app\nroot@web1:/root# cat > /etc/app/a <<EOF\nx\nEOF\n```\n',
    );
    expect(grades).toEqual(['exact', 'exact']);
  });

  test('keeps what failed as a comment, which no draft repeats', () => {
    const { text, grades } = documented(session([typed('rm -rf /etc/x --now', [], 1)]));

    expect(text).toContain('<!-- exit code 1: rm -rf /etc/x - -now -->');
    expect(grades).toEqual([]);
    expect(documented(session([typed('echo a--->b', [], 1)])).text).toContain('<!-- exit code 1: echo a- - - >b -->');
  });

  test('has fences that no command ends', () => {
    const { text, grades } = documented(session([typed("cat > /etc/a.md <<'EOF'\n```\ncode\n```\nEOF"), typed('ls')]));

    expect(text).toContain('````console');
    expect(grades).toEqual(['exact', 'look']);
  });

  test('says after a command that no draft understands what it left below /etc', () => {
    const changes: readonly PathDifference[] = [
      { path: '/etc/a', now: file('1', { mode: '0640', group: 'adm' }) },
      { path: '/etc/dir', now: { ...file(''), kind: 'directory', mode: '0755' } },
      { path: '/etc/gone', before: file('2') },
      { path: '/etc/link', now: { ...file('/etc/a'), kind: 'link' } },
      { path: '/etc/mode', now: file('3', { mode: '0755' }), before: file('3') },
    ];
    const by = typed('./setup --all', ['/etc', '/etc/a', '/etc/dir', '/etc/link', '/etc/mode']);
    const { text, open, grades } = documented(session([by, typed('ls')], changes), { '/etc/a': { text: 'one\n' } });

    expect(open).toEqual([]);
    const after = text.split('What that changed below /etc:')[1] ?? '';
    expect(after.match(/# (.*)/g)).toEqual([
      "# cat > /etc/a <<'EOF'",
      '# chown root:adm /etc/a',
      '# chmod 0640 /etc/a',
      '# mkdir -p /etc/dir',
      '# rm /etc/gone',
      '# ln -sfn /etc/a /etc/link',
      '# chmod 0755 /etc/mode',
      '# ls',
    ]);
    expect(grades.slice(1, -1)).toEqual(Array(7).fill('exact'));
  });

  test('says it of the file that an editor left', () => {
    const { text } = documented(
      session([typed('vim /etc/a', ['/etc/a'])], [{ path: '/etc/a', now: file('1'), before: file('0') }]),
      { '/etc/a': { text: 'new\n' } },
    );

    expect(text).toContain("root@web1:/# cat > /etc/a <<'EOF'\nnew\nEOF");
  });

  test('does not repeat what a draft does by itself', () => {
    const { text, open } = documented(
      session([typed('ln -s /a /etc/l', ['/etc/l'])], [{ path: '/etc/l', now: { ...file('/a'), kind: 'link' } }]),
    );

    expect([open, text.includes('What ')]).toEqual([[], false]);
  });

  test.for<[string, Kept | undefined, string]>([
    ['/etc/a', { why: 'it is not plain text' }, 'it is not plain text'],
    ['/etc/a', { text: 'no end' }, 'has no end'],
    ['/etc/a', undefined, 'it was not read'],
    ['/etc/shadow', { text: 'root:x\n' }, 'accounts were changed'],
  ])('tells what it cannot hold: %s %o', ([path, kept, why]) => {
    const given = session([typed('./setup', [path])], [{ path, now: file('1'), before: file('0') }]);
    const { text, open } = documented(given, kept === undefined ? {} : { [path]: kept });

    expect(open).toEqual([expect.stringContaining(why)]);
    expect(text).not.toContain('cat >');
  });

  test('what no command was seen to change stands at its end', () => {
    const { text } = documented(session([typed('ls')], [{ path: '/etc/a', now: file('1') }]), {
      '/etc/a': { text: 'x\n' },
    });

    expect(text).toMatch(/What else has changed below \/etc:\n\n```console\nroot@web1:\/# cat > \/etc\/a /);
  });

  test('has an empty file, and a directory that was removed once', () => {
    const gone: readonly PathDifference[] = [
      { path: '/etc/d', before: { ...file(''), kind: 'directory' } },
      { path: '/etc/d/a', before: file('1') },
      { path: '/etc/empty', now: file('0') },
    ];
    const { text, open } = documented(session([typed('./setup', ['/etc', '/etc/empty'])], gone), {
      '/etc/empty': { text: '' },
    });

    expect([open, text.match(/root@web1:\/# (.*)/g)]).toEqual([
      [],
      ['root@web1:/# rm -rf /etc/d', 'root@web1:/# touch /etc/empty'],
    ]);
  });

  test('holds no private key; its draft has a variable in its place', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----';
    const given = session([typed(`cat > /etc/key.pem <<'EOF'\n${key}\nEOF`)]);
    const { text, clear } = recordedDocument(given, openChanges(given), new Map());
    const accounts = accountsOf(readDocument(clear, 'x.md'));

    expect(text).not.toContain('MIIE');
    expect(JSON.stringify(accounts)).not.toContain('MIIE');
    expect(accounts.map(({ drafted }) => drafted.grade)).toEqual(['exact']);
  });

  test('holds no password that was typed', () => {
    const { text } = documented(session([typed('mysql -e "x" --password=hunter2hunter2')]));

    expect(text).not.toContain('hunter2');
  });
});
