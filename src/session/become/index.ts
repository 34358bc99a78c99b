import { type BecomeMethodName, becomeMethodNamed } from '../../core/become-methods.ts';
import type { BecomeMethod } from './become-method.ts';
import { doas } from './doas.ts';
import { su } from './su.ts';
import { sudo } from './sudo.ts';

/** Each way to become another user, by the name that the table in src/core/become-methods.ts gives it. */
const becomeMethods: Readonly<Record<BecomeMethodName, BecomeMethod>> = { sudo, su, doas };

/** The way that a word means which has been looked at before. */
export function becomeMethodOf(word: string): BecomeMethod {
  const name = becomeMethodNamed(word);
  if (name === undefined) throw new Error(`there is no become method ${word}`);
  return becomeMethods[name];
}
