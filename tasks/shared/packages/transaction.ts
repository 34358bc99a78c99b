import { blurs, type Change, type Command, type Effect } from '../../../src/sdk.ts';
import { packageEffects } from '../apt/apt-get.ts';

/** What a package manager would do with one package. */
export interface PackageStep {
  readonly name: string;
  readonly from: string | null;
  /** Null if the package would be removed. */
  readonly to: string | null;
}

/** The changes that the steps are, made by commands that take care of all of them; `effects` are the manager's own answers. */
export function stepChanges(
  steps: readonly PackageStep[],
  commands: readonly Command[],
  effects: readonly Effect[],
  more: Pick<Change, 'repeats'> = {},
): readonly Change[] {
  const names = steps.map(({ name }) => name);
  return steps.map(({ name, from, to }, index) => ({
    what: `package ${name}`,
    from,
    to,
    commands: index === 0 ? commands : [],
    effects:
      index === 0
        ? [...packageEffects(...names), blurs(...names.map((one) => `package:${one}`)), ...effects]
        : [blurs(`package:${name}`)],
    ...more,
  }));
}
