import type { Diagnostic, Result } from '../../core/source.ts';
import type { OpenedInventory } from '../inventory/inventory-command.ts';
import { hostOf } from '../inventory/select-hosts.ts';
import type { Host, VarsLayer } from '../model.ts';
import type { LoadOptions } from '../playbook.ts';
import { type ComposedScope, composeScope } from './compose-scope.ts';
import { hostvarsDict, varsDict } from './hostvars.ts';
import { type Magic, magicVariables, type PlayFacts } from './magic-variables.ts';
import { type PlayOfHost, playName, playsFor, varsFilesOf } from './play-vars.ts';
import type { Teller } from './vars-teller.ts';

/** The current directory and, if a playbook is named, the number of the play to show. */
interface AskedPlay {
  readonly folder: string;
  readonly playbook: string | undefined;
  readonly number: string | undefined;
}

/** A host's variables: those from the inventory and, if a playbook is named, those from a play for that host. */
export function seenBy(
  host: Host,
  { inventory, options, config }: OpenedInventory,
  teller: Teller,
  { folder, playbook, number }: AskedPlay,
): Result<{ readonly scope: ComposedScope; readonly magic: Magic }> {
  const { extra } = options;
  const run = {
    checkMode: false,
    diffMode: false,
    verbosity: 0,
    forks: 5,
    runTags: ['all'],
    skipTags: [],
    playbookDir: folder,
  };
  const compose = (of?: PlayOfHost, state: readonly VarsLayer[] = []) => {
    const own: { scope?: ComposedScope } = {};
    const others = (name: string) => {
      const other = hostOf(inventory, name);
      return (
        other &&
        composeScope({
          host: other,
          magic: magicVariables({ host: other, inventory, run }),
          ...(extra && { state: [extra] }),
        })
      );
    };
    const magic = magicVariables({
      host,
      inventory,
      run,
      vars: () => varsDict(own.scope!, teller.evaluate),
      hostvars: () => hostvarsDict(inventory, others, teller.evaluate),
      ...(of && { play: factsOf(of) }),
    });
    const scope = composeScope({
      host,
      magic,
      state: [...state, ...(extra ? [extra] : [])],
      ...(of && { item: of.play }),
      ...(options.hashBehaviour && { hashBehaviour: options.hashBehaviour }),
    });
    own.scope = scope;
    return { scope, magic };
  };
  const plain = compose();
  if (playbook === undefined) return { ok: true, value: plain };
  const loading: LoadOptions = {
    rolesPath: config.rolesPath,
    privateRoleVars: config.privateRoleVars,
    collectionsPath: config.collectionsPath,
    decrypt: teller.decrypt,
    ...(extra && { extraVars: extra.vars }),
  };
  const plays = playsFor(playbook, host, inventory, loading, (written) => teller.evaluate(written, plain.scope));
  if (!plays.ok) return plays;
  const chosen = number === undefined ? plays.value[0] : plays.value.find((one) => String(one.number) === number);
  if (chosen === undefined) return { ok: false, error: [noPlay(host, playbook, number, plays.value)] };
  const files = varsFilesOf(chosen.play, loading, (written) => teller.evaluate(written, compose(chosen).scope));
  if (!files.ok) return files;
  const more = number === undefined && plays.value.length > 1 ? [morePlays(host, plays.value)] : [];
  return {
    ok: true,
    value: compose(chosen, files.value),
    warnings: [...(plays.warnings ?? []), ...(files.warnings ?? []), ...more],
  };
}

const factsOf = ({ play, hosts }: PlayOfHost): PlayFacts => ({
  name: playName(play),
  hostsAll: () => hosts,
  hosts: () => hosts,
  batch: () => hosts,
  roleNames: [],
  dependentRoleNames: [],
});

const named = (plays: readonly PlayOfHost[]): string =>
  plays.map(({ number, play }) => `#${number} (${playName(play)})`).join(', ');

const noPlay = (
  { name }: Host,
  playbook: string,
  number: string | undefined,
  plays: readonly PlayOfHost[],
): Diagnostic => ({
  severity: 'error',
  code: 'no-play',
  message: `${playbook} has no ${number === undefined ? 'play' : `play #${number}`} for ${name}${plays.length === 0 ? '' : `; the plays for this host are ${named(plays)}`}`,
});

const morePlays = ({ name }: Host, plays: readonly PlayOfHost[]): Diagnostic => ({
  severity: 'warning',
  code: 'more-plays',
  message: `several plays apply to ${name}: ${named(plays)}; showing the first; use --play NUMBER to show another`,
});
