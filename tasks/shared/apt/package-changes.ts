import {
  type AptSimulation,
  type Change,
  type Command,
  type Effect,
  mayAlter,
  type Packages,
  packages,
  predicts,
} from '../../../src/sdk.ts';
import { packageEffects } from './apt-get.ts';

/** The changes that apt-get's simulation announces. */
export const simulated = (simulation: AptSimulation, command: Command): readonly Change[] =>
  withCommands(
    [
      ...simulation.install.map(
        (one): Change => ({ what: `package ${one.name}`, from: one.from ?? null, to: one.version, commands: [] }),
      ),
      ...alsoRemoved(simulation),
    ],
    [command],
    simulation,
  );

/** Adds the commands that make the given changes, and the other effects of those commands. */
export function withCommands(
  [first, ...rest]: readonly Change[],
  commands: readonly Command[],
  simulation: AptSimulation | undefined,
): readonly Change[] {
  if (first === undefined) return [];
  const own = [first, ...rest].flatMap(({ what }) => /^package ([^\s:]+)/.exec(what)?.[1] ?? []);
  const others = simulation === undefined ? [] : [...simulation.install, ...simulation.remove].map(({ name }) => name);
  // If it is unknown which other packages change, any package's configuration may change.
  const dependencies = simulation?.install.map((one) =>
    predicts(packages(one.name), foreseenPackages(one.name, one.version, false)),
  ) ?? [mayAlter('package:*', 'data:/etc*', 'inode:/etc*')];
  return [
    {
      ...first,
      commands,
      effects: [
        ...packageEffects(...new Set([...own, ...others])),
        ...(dependencies as Effect[]),
        ...(first.effects ?? []),
      ],
    },
    ...rest,
  ];
}

/** The additional packages that apt-get would remove. */
export const alsoRemoved = ({ remove, install }: AptSimulation): readonly Change[] =>
  remove
    .filter(({ name }) => !install.some((one) => one.name === name))
    .map(({ name, version }) => ({
      what: `package ${name}`,
      from: version,
      to: null,
      commands: [],
      effects: [predicts(packages(name), foreseenPackages(name, null, false))],
    }));

/** The predicted state of a package after a version of it is installed, or after it is removed. */
export function foreseenPackages(name: string, version: string | null, purge: boolean): Packages {
  const one = { name, architecture: '', version: version ?? '', want: version === null ? 'deinstall' : 'install' };
  if (version === null) return { found: purge ? [] : [{ ...one, status: 'config-files' }], providers: [] };
  return { found: [{ ...one, status: 'installed' }], providers: [] };
}
