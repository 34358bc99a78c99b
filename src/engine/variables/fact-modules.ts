import type { Value } from '../../core/value.ts';
import { evaluate } from '../../template/index.ts';
import type { PlayContext } from './play-context.ts';
import type { TemplateScope } from './scopes.ts';

/** The modules that gather a host's facts, in order; undefined if only `setup` does. */
export function factModulesOf({ run }: Pick<PlayContext, 'run'>, sight: TemplateScope): readonly string[] | undefined {
  const written = variableIn('ansible_facts_modules', sight);
  const modules = written === undefined ? (run.options.factModules ?? ['smart']) : listed(written);
  const named = modules.map((name) => (name === 'smart' ? smartModule(sight) : name));
  return named.every(isSetup) ? undefined : named;
}

/** Whether this is a name of `setup`. */
export const isSetup = (name: string): boolean => /^(?:ansible\.(?:builtin|legacy)\.)?setup$/.test(name);

function variableIn(name: string, { scope, env }: TemplateScope): Value | undefined {
  const raw = scope.get(name);
  return raw === undefined ? undefined : evaluate(raw, scope, env);
}

const listed = (value: Value): readonly string[] =>
  Array.isArray(value)
    ? value.map(String)
    : String(value)
        .split(',')
        .map((name) => name.trim());

/** Network devices have modules of their own. */
function smartModule(sight: TemplateScope): string {
  const os = variableIn('ansible_network_os', sight);
  if (typeof os !== 'string') return 'setup';
  const full = NETWORK_SYSTEMS[os] ?? (Object.values(NETWORK_SYSTEMS).includes(os) ? os : undefined);
  return full === undefined ? 'setup' : `${full}_facts`;
}

/** The network systems whose facts Ansible gathers with a module, by their short names. */
const NETWORK_SYSTEMS: Readonly<Record<string, string>> = {
  asa: 'cisco.asa.asa',
  eos: 'arista.eos.eos',
  exos: 'extreme.exos.exos',
  frr: 'frr.frr.frr',
  ios: 'cisco.ios.ios',
  iosxr: 'cisco.iosxr.iosxr',
  ironware: 'community.network.ironware',
  junos: 'junipernetworks.junos.junos',
  nxos: 'cisco.nxos.nxos',
  slxos: 'extreme.slxos.slxos',
  voss: 'extreme.voss.voss',
  vyos: 'vyos.vyos.vyos',
};
