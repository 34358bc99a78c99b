import { describe, expect, test } from 'vitest';
import type { Question } from '../../src/core/question.ts';
import type { PathState } from '../../src/core/questions/files/entry.ts';
import { stat } from '../../src/core/questions/files/stat.ts';
import { type AptSimulation, aptLists, aptSimulation } from '../../src/core/questions/packages/apt.ts';
import { packages } from '../../src/core/questions/packages/packages.ts';
import { unit } from '../../src/core/questions/services/units.ts';
import { Beliefs } from '../../src/engine/host/beliefs.ts';
import apt from '../../tasks/apt.ts';
import { withCommands } from '../../tasks/shared/apt/package-changes.ts';
import { planOn } from './harness.ts';

describe('P25: a package file older than the installed version', () => {
  const state = {
    lists: { updatedAt: 1, ageSeconds: 1 },
    deb: { code: 0, stdout: 'Package: hello\nVersion: 2.9-1\n', stderr: '' },
    debState: {
      found: [{ name: 'hello', architecture: 'amd64', version: '1:2.8-1', status: 'installed', want: 'install' }],
      providers: [],
    },
  };

  test('fails in a check, too', () => {
    expect(planOn(apt, state, { deb: '/x/hello.deb' })).toMatchObject({
      failed:
        '/x/hello.deb has version 2.9-1 of hello, older than the installed 1:2.8-1; `allow_downgrade: true` installs it anyway',
    });
  });

  test.each([{ allow_downgrade: true }, { force: true }])('is installed with %j', (more) => {
    expect(planOn(apt, state, { deb: '/x/hello.deb', ...more })).toMatchObject({
      changes: [{ what: 'package hello', from: '1:2.8-1', to: '2.9-1' }],
    });
  });
});

test('a package file is installed again if dpkg was killed while unpacking it', () => {
  const hello = { name: 'hello', architecture: 'amd64', version: '2.9-1', status: 'half-installed', want: 'install' };
  const state = {
    lists: { updatedAt: 1, ageSeconds: 1 },
    deb: { code: 0, stdout: 'Package: hello\nVersion: 2.9-1\n', stderr: '' },
    debState: { found: [hello], providers: [] },
  };

  expect(planOn(apt, state, { deb: '/x/hello.deb' })).toMatchObject({
    changes: [
      {
        what: 'package hello',
        from: 'half-installed',
        commands: [{ script: expect.stringMatching(/ install --reinstall \/x\/hello\.deb/) }],
      },
    ],
  });
});

describe('after a check has foreseen that package lists are fetched', () => {
  const plan = planOn(apt, { lists: { updatedAt: 100, ageSeconds: 900 } }, { update_cache: true });
  const beliefs = new Beliefs({ changes: 0, check: true });
  beliefs.foresee('lists', 'changes' in plan ? plan.changes[0]?.effects : undefined);

  test('they are new, and what is installed is as before', () => {
    expect(beliefs.of(aptLists, 'root')).toMatchObject({ answer: { value: { ageSeconds: 0 } }, assuming: 'lists' });
    beliefs.learn(packages('less'), 'root', { ok: true, value: { found: [], providers: [] } });
    expect(beliefs.of(packages('less'), 'root')).toEqual({
      is: 'answer',
      answer: { ok: true, value: { found: [], providers: [] } },
    });
  });

  test('what can be installed is unknown', () => {
    const question = aptSimulation('install', 'less');
    const none = { install: [], remove: [], files: [] };
    beliefs.learn(question, 'root', { ok: true, value: none });
    expect(beliefs.of(question, 'root')).toEqual({ is: 'unknown', because: 'lists' });
  });
});

describe('after a check has foreseen that a package is installed', () => {
  const install = ['nginx', 'libx'].map((name) => ({ name, version: '1', from: undefined }));
  const effects = withCommands([{ what: 'package nginx', from: null, to: '1.22', commands: [] }], [], {
    install,
    remove: [],
  } as unknown as AptSimulation)[0]?.effects;
  const beliefs = new Beliefs({ changes: 0, check: true });
  beliefs.foresee('apt', effects);
  const missing = (path: string): PathState => ({ exists: false, place: path, resolved: path });
  const believed = (question: Question<unknown>, value: unknown) => {
    beliefs.learn(question, 'root', { ok: true, value });
    return beliefs.of(question, 'root');
  };

  test.each(['/etc/nginx/sites-available/a', '/etc/default/nginx', '/etc/libx.conf'])('%s is unknown', (path) => {
    expect(believed(stat(path) as Question<unknown>, missing(path))).toMatchObject({ is: 'unknown', because: 'apt' });
  });

  test.each(['/etc/app.env', '/etc/systemd/system/app.service', '/usr/local/bin/app', '/var/lib/app'])(
    '%s is missing, unless it is changed',
    (path) => {
      expect(believed(stat(path) as Question<unknown>, missing(path))).toMatchObject({ is: 'answer', unless: ['apt'] });
    },
  );

  test('a path that packages leave alone is as it is', () => {
    const path = '/srv/app';
    expect(believed(stat(path) as Question<unknown>, missing(path))).not.toHaveProperty('unless');
  });

  test.each([
    ['nginx', 'unknown'],
    ['nginx-extra', 'unknown'],
    ['app', 'answer'],
  ])('the missing unit %s: %s', (name, is) => {
    const { arg, kind } = unit(name);
    const gone = kind.read(
      [{ code: 0, stdout: Buffer.from('\n\x1e\n0\nLoadState=not-found\n'), stderr: Buffer.from('') }],
      [arg],
    )[0];
    expect(believed(unit(name) as Question<unknown>, gone?.ok === true ? gone.value : undefined)).toMatchObject({ is });
  });
});
