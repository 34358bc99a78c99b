import { describe, expect, test } from 'vitest';
import type { Become } from '../../src/core/session.ts';
import { becomeMethodOf } from '../../src/session/become/index.ts';

const line = (become: Become, inner = 'true'): string =>
  becomeMethodOf(become.method)
    .enter(become)
    .wrap(inner)
    .replace(/\[sudo \w+\]/, '[sudo X]');

describe('the command line of a become method', () => {
  test.for([
    [{ method: 'sudo', user: 'root' }, "exec env LANGUAGE=C sudo -H -S -n -p '[sudo X]' -u root -- /bin/sh -c true"],
    // With a password, sudo may ask.
    [
      { method: 'sudo', user: 'root', password: 'x' },
      "exec env LANGUAGE=C sudo -H -S -p '[sudo X]' -u root -- /bin/sh -c true",
    ],
    [
      { method: 'sudo', user: 'root', flags: '-n', exe: '/opt/my sudo'.replace(' ', '\\ ') },
      "exec env LANGUAGE=C '/opt/my sudo' -n -S -p '[sudo X]' -u root -- /bin/sh -c true",
    ],
    [
      { method: 'sudo', user: 'root', flags: '-H; touch x' },
      "exec env LANGUAGE=C sudo '-H;' touch x -S -p '[sudo X]' -u root -- /bin/sh -c true",
    ],
    [{ method: 'su', user: 'root' }, "LANGUAGE=C exec su  root -c 'exec /bin/sh -c true'"],
    [
      { method: 'su', user: 'root', flags: '-s /bin/sh' },
      "LANGUAGE=C exec su -s /bin/sh root -c 'exec /bin/sh -c true'",
    ],
    [{ method: 'doas', user: 'root', flags: '-C "a b"' }, "exec doas -n -C 'a b' -u root /bin/sh -c true"],
  ] as const)('%j', ([become, expected]) => {
    expect(line(become)).toBe(expected);
  });

  test.for(['sudo', 'su', 'doas'])('%s quotes the user', (method) => {
    expect(line({ method, user: 'bob; id' })).toContain("'bob; id'");
  });
});

describe('the hint', () => {
  test.for([
    ['sudo', undefined, 'sudo: a password is required', /-K/],
    ['su', 'x', 'su: Authentication failure', /refused$/],
    ['su', undefined, 'su: user bob does not exist or the user entry does not contain all', /no user bob/],
    ['doas', undefined, 'doas: Authentication required', /nopass/],
    ['doas', undefined, 'doas: Operation not permitted', undefined],
  ] as const)('of %s', ([method, password, words, hint]) => {
    const said = becomeMethodOf(method).hint({ method, user: 'bob', ...(password && { password }) }, words);

    expect(said).toEqual(hint === undefined ? undefined : expect.stringMatching(hint));
  });
});
