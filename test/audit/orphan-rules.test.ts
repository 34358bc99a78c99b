import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { droppedIn } from '../../src/audit/orphans/dropped-in.ts';
import { candidatesIn } from '../../src/audit/orphans/find.ts';
import { watchDeclarations } from '../../src/audit/orphans/watch.ts';
import type { PastThing } from '../../src/audit/past-things.ts';
import { bindParams } from '../../src/core/bind-params.ts';
import { Secrets } from '../../src/core/secrets.ts';
import { fromJs, type Raw } from '../../src/core/value.ts';
import { taskTypes } from '../../tasks/index.ts';
import { task } from '../report/events.ts';
import { bind } from '../tasks/harness.ts';

const SITE = '/srv/site.yaml';

/** A line that a run put into a file. */
const line = (more: Partial<PastThing> = {}): PastThing => ({
  host: 'web1',
  thing: {
    name: 'line "a" in /f',
    under: ['whole /f'],
    absence: { type: 'ansible.builtin.lineinfile', args: { path: '/f', line: 'a', state: 'absent' } },
    as: { connection: 'local' },
    task: { name: 'a line', file: SITE },
  },
  made: true,
  rank: 0,
  missed: ['include_tasks "old"'],
  run: { id: 1, playbooks: [SITE] },
  ...more,
});

const found = (past: readonly PastThing[], declared: readonly string[], missed: readonly string[], hosts = ['web1']) =>
  candidatesIn(past, {
    watch: { namesOn: () => new Set(declared), missedOn: () => new Set(missed) },
    hosts,
    playbooks: [SITE],
  });

describe('what may be an orphan', () => {
  test('a thing that nobody declares', () => {
    expect(found([line()], ['path /f'], ['include_tasks "old"'])).toMatchObject([{ host: 'web1', things: [line()] }]);
  });

  test.each([
    ['a task declares it', [line()], ['line "a" in /f'], [], ['web1']],
    ['a task declares it under another name', [line()], ['whole /f'], [], ['web1']],
    [
      'a playbook that is not audited put it there, too',
      [line(), line({ run: { id: 2, playbooks: ['/srv/db.yaml'] } })],
      [],
      [],
      ['web1'],
    ],
    ['the host was not looked at', [line()], [], [], ['web2']],
  ] as const)('none if %s', (_, past, declared, missed, hosts) => {
    expect(
      found(past, declared, missed, [...hosts]).flatMap(({ things, doubtful }) => [...things, doubtful ?? []].flat()),
    ).toEqual([]);
  });

  test('it is doubtful if something was not looked at that had been looked at', () => {
    expect(found([line()], [], ['include_tasks "old"', 'include_tasks "new"'])).toEqual([
      { host: 'web1', things: [], doubtful: { count: 1, missed: ['include_tasks "new"'] } },
    ]);
  });

  test('what was put there last comes first', () => {
    const both = [line(), line({ rank: 1, thing: { ...line().thing, name: 'line "b" in /f' } })];

    expect(found(both, [], []).flatMap(({ things }) => things.map(({ rank }) => rank))).toEqual([1, 0]);
  });
});

describe('what a run keeps', () => {
  const applied = (secret: string) => {
    const watch = watchDeclarations({ asksUnrun: false });
    const identity = { endpoint: { name: 'web1', connection: 'local' }, environment: {}, key: '' };
    const things =
      taskTypes['ansible.builtin.lineinfile']?.retire?.(
        bind(taskTypes['ansible.builtin.lineinfile'], { path: '/f', line: 'password=hunter2' }),
      ) ?? [];
    watch.declare({ host: 'web1', task, things, appliedAs: identity });
    const secrets = new Secrets();
    secrets.add(secret);
    return watch.applied(secrets).map(({ name }) => name);
  };

  test('the things of its tasks', () => {
    expect(applied('something else')).toEqual(['line "password=hunter2" in /f']);
  });

  test('but none with a secret', () => {
    expect(applied('hunter2')).toEqual([]);
  });
});

test.each(Object.values(taskTypes).flatMap((type) => (type.retire === undefined ? [] : [[type.name, type] as const])))(
  '%s removes things with parameters that it or another type has',
  (_, type) => {
    const examples = type.examples.flatMap(({ yaml }) => yaml.split('\n')[0] ?? []);
    const things = [
      {},
      { name: 'x', state: 'present' },
      { path: '/x', state: 'present' },
      { path: '/x', name: 'x', state: 'present' },
    ].flatMap((args) => {
      const bound = bindParams(type, fromJs(args) as Raw, { home: () => '/root' });
      return bound.ok && type.prepare === undefined ? (type.retire?.(bound.params as never) ?? []) : [];
    });
    const wrong = things.flatMap(({ absence }) => {
      if (absence === undefined) return [];
      const remover = Object.values(taskTypes).find(({ name }) => name === (absence.type ?? type.name));
      if (remover === undefined) return [`no type ${absence.type}`];
      const bound = bindParams(remover, fromJs(absence.args) as Raw, { home: () => '/root' });
      return bound.ok ? [] : bound.problems.map(({ message }) => message);
    });

    expect(examples.length).toBeGreaterThan(0);
    expect(wrong).toEqual([]);
  },
);

describe('the commit that dropped it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'retrace-dropped-'));
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=alex', '-c', 'user.email=a@b.c', '-c', 'commit.gpgsign=false', ...args], {
      cwd: folder,
      encoding: 'utf8',
    }).trim();
  const commit = (text: string, message: string): string => {
    writeFileSync(join(folder, 'site.yaml'), text);
    git('add', '.');
    git('commit', '-qm', message);
    return git('rev-parse', 'HEAD');
  };
  git('init', '-q');
  const first = commit('path: /etc/motd\n', 'one');
  const second = commit('path: /etc/motd\nmore\n', 'two');
  commit('more\n', 'drop motd');
  commit('more and more\n', 'four');
  const dropped = (revision: string, ...words: readonly string[]) =>
    droppedIn(join(folder, 'site.yaml'), revision, words);

  test('is the one that took away the last word of it', () => {
    expect(dropped(first, '/etc/motd')).toMatch(/^dropped in [0-9a-f]+ "drop motd" \(alex, \d{4}-\d\d-\d\d\)$/);
  });

  test('is not told if none of several is proven', () => {
    expect(dropped(second, '/etc/templated')).toBeUndefined();
  });

  test('or is the only one since', () => {
    expect(dropped('HEAD~1', '/etc/templated')).toMatch(/^the only commit since is [0-9a-f]+ "four"/);
    rmSync(folder, { recursive: true });
  });
});
