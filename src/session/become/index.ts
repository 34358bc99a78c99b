import { type BecomeMethodName, becomeMethodNamed } from '../../core/become-methods.ts';
import type { BecomeMethod } from './become-method.ts';
import { doas } from './doas.ts';
import { su } from './su.ts';
import { sudo } from './sudo.ts';

/** Each become method by its name in src/core/become-methods.ts. */
const becomeMethods: Readonly<Record<BecomeMethodName, BecomeMethod>> = { sudo, su, doas };

/** The become method for a word that has already been checked. */
export function becomeMethodOf(word: string): BecomeMethod {
  const name = becomeMethodNamed(word);
  if (name === undefined) throw new Error(`there is no become method ${word}`);
  return becomeMethods[name];
}
