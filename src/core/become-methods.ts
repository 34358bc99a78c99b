import { splitCollection } from './collection-name.ts';

/** What the engine and the command line know of a way to become another user. */
interface BecomeSpec {
  /** Collections in which Ansible has it: `community.general.doas` is `doas`. */
  readonly collections: readonly string[];
  /** The variables that hold its password alone, besides those that hold anybody's. */
  readonly passwords: readonly string[];
}

/**
 * Ways to become another user. How each works is in src/session/become, in a file of its name; that there is one for each name
 * here, and none besides, is held by types.
 */
const BECOME_METHODS = {
  sudo: { collections: ['ansible.builtin'], passwords: ['ansible_sudo_pass'] },
  su: { collections: ['ansible.builtin'], passwords: ['ansible_su_pass'] },
  doas: { collections: ['community.general'], passwords: ['ansible_doas_pass'] },
} as const satisfies Readonly<Record<string, BecomeSpec>>;

/** A way to become another user that there is. */
export type BecomeMethodName = keyof typeof BECOME_METHODS;

/** All names. */
export const becomeMethodNames = Object.keys(BECOME_METHODS) as readonly BecomeMethodName[];

/** What is known of a way. */
export const becomeSpec = (name: BecomeMethodName): BecomeSpec => BECOME_METHODS[name];

/** The way that a word means, with its collection or without. */
export function becomeMethodNamed(word: string): BecomeMethodName | undefined {
  const { collection, name } = splitCollection(word);
  return becomeMethodNames.find(
    (each) => each === name && (collection === undefined || becomeSpec(each).collections.includes(collection)),
  );
}
