import { expect, test } from 'vitest';
import { passwordsIn, urlLogin } from '../../src/core/url-login.ts';

const token = 'ghp_0123456789abcdef';

test.for([
  ['https://u:p%40@h/x', 'https://h/x', { user: 'u', password: 'p@' }, ['p%40', 'p@']],
  [`https://${token}@h/x`, 'https://h/x', { user: token, password: '' }, [token, token]],
  ['https://git@h/x', 'https://git@h/x', undefined, []],
  ['https://h/a-path-of-many-letters@x', 'https://h/a-path-of-many-letters@x', undefined, []],
  ['ssh://a-user-of-many-letters@h/x', 'ssh://a-user-of-many-letters@h/x', undefined, []],
] as const)('XM4: %s: the login, and its secret part', ([url, without, login, secrets]) => {
  expect(urlLogin(url)).toEqual(login === undefined ? { url: without } : { url: without, login });
  expect(passwordsIn(url)).toEqual(secrets);
});
