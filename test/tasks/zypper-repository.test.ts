import { describe, expect, test } from 'vitest';
import zypperRepository from '../../tasks/zypper_repository.ts';
import { changesOn, commandsOn, planOn } from './harness.ts';

const answer = (stdout: string, code = 0) => ({ code, stdout, stderr: '', timedOut: false });

const files = `[tools]
enabled=1
autorefresh=0
baseurl=file:/srv/tools

[other]
name = Other things
baseurl=https://example.org/$releasever/
priority=42
gpgcheck=0
`;

const on = (text: string, file?: string) => ({
  all: answer(text),
  file: file === undefined ? undefined : answer(file),
});

describe('zypper_repository', () => {
  test.each([
    [{ name: 'tools', repo: 'file:///srv/tools/' }, []],
    [
      { name: 'tools', repo: 'file:///srv/tools', priority: 10, enabled: true, autorefresh: true },
      ['autorefresh of repository tools: false → true', 'priority of repository tools: 99 → 10'],
    ],
    [{ name: 'tools', repo: 'file:///srv/new' }, ['url of repository tools: file:/srv/tools → file:///srv/new']],
    [{ name: 'renamed', repo: 'file:///srv/tools' }, ['alias of repository tools: tools → renamed']],
    [{ repo: 'https://example.org/$releasever', disable_gpg_check: true, description: 'Other things' }, []],
    [{ name: 'new', repo: 'https://example.org/new' }, ['repository new: absent → https://example.org/new']],
    [{ name: 'other', state: 'absent' }, ['repository other: https://example.org/$releasever/ → absent']],
    [{ name: 'none', state: 'absent' }, []],
    [
      { name: 'tools', repo: 'https://example.org/$releasever', overwrite_multiple: true },
      [
        'url of repository tools: file:/srv/tools → https://example.org/$releasever',
        'repository other: present → absent',
      ],
    ],
  ])('%j', (args, expected) => {
    expect(changesOn(zypperRepository, on(files), args)).toEqual(expected);
  });

  test('only what differs is modified; another URL needs the repository to be added again', () => {
    expect(commandsOn(zypperRepository, on(files), { name: 'tools', repo: 'file:/srv/tools', priority: 10 })).toEqual([
      'zypper --non-interactive --quiet modifyrepo --priority 10 -- tools </dev/null',
    ]);
    expect(commandsOn(zypperRepository, on(files), { name: 'other', repo: 'https://example.org/b' })).toEqual([
      'zypper --non-interactive --quiet removerepo -- other </dev/null',
      "zypper --non-interactive --quiet addrepo --name 'Other things' --enable --no-refresh --priority 42 --no-gpgcheck -- https://example.org/b other </dev/null",
    ]);
  });

  test('a .repo file tells the alias, the URL and what is not given', () => {
    const file = '[fresh]\nname=Fresh\nbaseurl=https://example.org/fresh/\nenabled=0\npriority=7\n';
    const args = { repo: '/srv/fresh.repo', priority: 8 };
    expect(commandsOn(zypperRepository, on('', file), args)).toEqual([
      'zypper --non-interactive --quiet addrepo --name Fresh --disable --refresh --priority 8 -- https://example.org/fresh/ fresh </dev/null',
    ]);
    expect(planOn(zypperRepository, on('', '[a]\nmirrorlist=x\n'), args)).toEqual({
      failed: '/srv/fresh.repo: expected a file with one repository that has a baseurl',
    });
  });

  test('fetching package lists is no change', () => {
    const plan = planOn(zypperRepository, on(files), { repo: '*', runrefresh: true, auto_import_keys: true });
    expect(plan).toMatchObject({ changes: [{ means: true, repeats: true }] });
  });

  test.each([
    [{ repo: '*' }, /can only be used with `runrefresh`/],
    [{ name: 'x' }, /repo is required/],
    [{ state: 'absent' }, /name or repo is required/],
    [{ repo: 'https://example.org/new' }, /name is required/],
    [{ name: 'tools', repo: 'https://example.org/$releasever' }, /tools, other: overwrite_multiple/],
    [{ name: 'x', repo: 'https://ann:s3cret@example.org/' }, /credentials\.d/],
  ])('%j is refused', (args, why) => {
    expect(planOn(zypperRepository, on(files), args)).toEqual({ failed: expect.stringMatching(why) });
  });
});
