import { describe, expect, test } from 'vitest';
import { aptLists, aptSimulation } from '../../src/core/questions/packages/apt.ts';
import { packages } from '../../src/core/questions/packages/packages.ts';
import { Beliefs } from '../../src/engine/host/beliefs.ts';
import apt from '../../tasks/apt.ts';
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
