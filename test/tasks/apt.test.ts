import { describe, expect, test } from 'vitest';
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
