import { splitCollection } from './collection-name.ts';

/** What the engine and the command line know about a way to become another user. */
interface BecomeSpec {
  /** The Ansible collections that provide it: `community.general.doas` is `doas`. */
  readonly collections: readonly string[];
  /** Password variables specific to this method, in addition to those shared by all methods. */
  readonly passwords: readonly string[];
}

/**
 * Ways to become another user. Each is implemented in src/session/become, in a file of the same name; the types ensure
 * that every name here has an implementation, and that there are no others.
 */
const BECOME_METHODS = {
  sudo: { collections: ['ansible.builtin'], passwords: ['ansible_sudo_pass'] },
  su: { collections: ['ansible.builtin'], passwords: ['ansible_su_pass'] },
  doas: { collections: ['community.general'], passwords: ['ansible_doas_pass'] },
} as const satisfies Readonly<Record<string, BecomeSpec>>;

/** The name of a supported way to become another user. */
export type BecomeMethodName = keyof typeof BECOME_METHODS;

/** All names. */
export const becomeMethodNames = Object.keys(BECOME_METHODS) as readonly BecomeMethodName[];

/** The spec of a become method. */
export const becomeSpec = (name: BecomeMethodName): BecomeSpec => BECOME_METHODS[name];

/** The become method that a word names, with or without its collection. */
export function becomeMethodNamed(word: string): BecomeMethodName | undefined {
  const { collection, name } = splitCollection(word);
  return becomeMethodNames.find(
    (each) => each === name && (collection === undefined || becomeSpec(each).collections.includes(collection)),
  );
}
