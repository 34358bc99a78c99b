import {
  type Change,
  type Freshness,
  freshness,
  fullName,
  listening,
  mayAlter,
  type Newest,
  nothing,
  type Plan,
  predicts,
  type ShellAnswer,
  sh,
  shell,
  shellAnswer,
  systemctl,
  type TaskResult,
  type Unit,
  unit,
  unitsAreRead,
  withLacking,
} from '../../../src/sdk.ts';
import { commandsFor, control } from './unit-commands.ts';
import { portsOf, samePlaces, tellPlaces } from './unit-listening.ts';
import type { WantedUnit } from './wanted-unit.ts';

/** Parameters that `service` and `systemd` share. */
export const unitParams = {
  state: {
    type: 'str',
    choices: ['reloaded', 'restarted', 'started', 'stopped'],
    doc: 'The state of the unit; `restarted` and `reloaded` act every time.',
  },
  enabled: { type: 'bool', doc: 'Whether the unit is started at boot.' },
  restart_when_stale: {
    type: 'bool',
    default: false,
    doc: 'Restart the unit if its unit file, drop-ins or `config` changed after its process was started (not in Ansible).',
  },
  reload_when_stale: {
    type: 'bool',
    default: false,
    doc: 'Reload the unit if its `config` changed after it was last started or reloaded, no matter how (not in Ansible). If `restart_when_stale` is also set, only changes to the unit file and drop-ins cause a restart.',
  },
  config: {
    type: 'list',
    elements: 'path',
    default: [],
    doc: 'The configuration that `restart_when_stale` and `reload_when_stale` look at: files, links (followed) and directories (not in Ansible).',
  },
  listens: {
    type: 'list',
    elements: 'str',
    default: [],
    doc: 'Where the unit should listen, for example `10.1.0.100:9113` or `*:80`: restart it if these ports are open on other addresses, or on none (not in Ansible).',
  },
} as const;

/** The questions about a unit. */
export const askUnit = ({ name, scope, restart_when_stale, reload_when_stale, config, listens }: WantedUnit) => ({
  unit: unit(name, scope),
  ...(restart_when_stale || reload_when_stale ? { fresh: freshness(name, scope, config) } : {}),
  ...(listens.length > 0 ? { places: listening(name, portsOf(listens)) } : {}),
});

/**
 * For a unit that is enabled only by enabling others (`Also=`), which systemd calls `indirect` in either case: the links that are there if
 * it is enabled. For one that is enabled below /run, `enabled-runtime`: the links that a generator makes at each boot.
 */
export const thenAskUnit = (now: Unit | undefined, wanted: WantedUnit) => ({
  links: now?.file === 'indirect' && wanted.enabled !== undefined ? linksOf(wanted) : nothing(),
  generated:
    now?.file === 'enabled-runtime' && wanted.enabled !== undefined && wanted.scope === 'system'
      ? generatedLinks(wanted)
      : nothing(),
});

const linksOf = ({ name, scope }: WantedUnit) =>
  shell({ ...sh`LC_ALL=C ${systemctl(scope)} is-enabled --full -- ${fullName(name)}`, about: ['unit:*'] });

const generatedLinks = ({ name }: WantedUnit) =>
  shell({
    ...sh`find /run/systemd/generator /run/systemd/generator.early /run/systemd/generator.late -name ${fullName(name)} -type l 2>/dev/null; true`,
    about: ['unit:*'],
  });

const hasLinks = ({ stdout }: Pick<ShellAnswer, 'stdout'>): boolean => /\n\s*\S/.test(stdout);

/** The answers about a unit. */
interface UnitState {
  readonly unit: Unit;
  readonly links?: ShellAnswer | undefined;
  readonly generated?: ShellAnswer | undefined;
  readonly fresh?: Freshness;
  readonly places?: readonly string[];
}

/** Plans the changes to a unit. The changes in `before` (a reload of the manager) come first. */
export function planUnit(state: UnitState, wanted: WantedUnit, before: readonly Change[] = []): Plan {
  const { unit: now, fresh, places } = state;
  if (now.load === 'not-found' && wanted.masked === undefined)
    return { failed: `Could not find the requested service ${wanted.name}: host` };
  if (wanted.reload_when_stale && now.load === 'loaded' && !now.canReload)
    return { failed: `${now.name} cannot be reloaded: \`restart_when_stale\` restarts it instead` };
  const inTheWay = maskRefused(now, wanted) ?? disablingRefused(state, wanted);
  if (inTheWay !== undefined) return { failed: inTheWay };
  const run = running(now, wanted, fresh);
  const changes = [
    masking(now, wanted),
    enabling(state, wanted),
    run,
    run === undefined || run.to === 'restarted' ? placing(now, wanted, places, run !== undefined) : undefined,
  ].filter((one) => one !== undefined);
  const after: Unit = Object.assign({}, now, ...changes.map((change) => change.gives));
  if (after.file.startsWith('masked') && wanted.state !== undefined && wanted.state !== 'stopped')
    return { failed: `Failed to start ${now.name}: unit is masked` };
  return {
    changes: [...before, ...changes.map((change) => withEffects(change, wanted, after))],
    warnings: warnings(now, wanted, before, fresh),
  };
}

/** A change, and the unit's state after it. */
interface UnitChange extends Change {
  readonly gives: Partial<Unit>;
}

/** Why a unit cannot be masked: a mask is a link in /etc, so it cannot replace a unit file there. */
function maskRefused(now: Unit, wanted: WantedUnit): string | undefined {
  const file = now.properties['FragmentPath'] ?? '';
  if (wanted.masked !== true || wanted.force === true || now.load === 'masked' || now.file.startsWith('masked'))
    return undefined;
  if (!/^\/etc\/systemd\/|\/\.config\/systemd\/user\//.test(file)) return undefined;
  return `Failed to mask ${now.name}: its own file ${file} is in the way; remove it first, or set \`force: true\``;
}

/** Why a unit cannot be disabled: a generator enables it again at each boot. */
function disablingRefused({ unit: now, generated }: UnitState, wanted: WantedUnit): string | undefined {
  if (wanted.enabled !== false || !isGenerated(generated)) return undefined;
  return `Failed to disable ${now.name}: a generator enables it at each boot (${generated?.stdout.trim()}); change what the generator reads, or set \`masked: true\``;
}

const isGenerated = (generated: ShellAnswer | undefined): boolean => (generated?.stdout ?? '').trim() !== '';

function masking(now: Unit, wanted: WantedUnit): UnitChange | undefined {
  const masked = now.load === 'masked' || now.file.startsWith('masked');
  if (wanted.masked === undefined || wanted.masked === masked) return undefined;
  const verb = wanted.masked ? 'mask' : 'unmask';
  return {
    what: `unit ${now.name}`,
    from: masked ? 'masked' : 'unmasked',
    to: wanted.masked ? 'masked' : 'unmasked',
    commands: [control(wanted, verb, ...(wanted.force === true ? ['--force'] : []))],
    effects: unitsAreRead(wanted.scope),
    gives: wanted.masked ? { load: 'masked', file: 'masked' } : { load: 'loaded', file: 'disabled' },
  };
}

/**
 * The states of `systemctl is-enabled` in which the unit starts at every boot. `enabled-runtime` applies only until the next boot, unless a
 * generator makes the link; `linked` does not enable anything.
 */
const atBoot = /^(enabled|alias|static|generated|transient)$/;

/** Static units have nothing to enable; indirect ones can only be enabled under another name. */
function enabling(state: UnitState, wanted: WantedUnit): UnitChange | undefined {
  if (wanted.enabled === undefined) return undefined;
  const { unit: now, links } = state;
  const enabled = isEnabled(state);
  const pointless = !wanted.enabled && /^(static|generated|transient)/.test(now.file) && now.initScript === undefined;
  if (enabled === wanted.enabled || pointless) return undefined;
  return {
    what: `unit ${now.name} at boot`,
    from: now.file.startsWith('masked') ? 'masked' : toldEnabled(enabled),
    to: toldEnabled(wanted.enabled),
    commands: [control(wanted, wanted.enabled ? 'enable' : 'disable', ...(wanted.force === true ? ['--force'] : []))],
    gives: enabledAfter(now, wanted.enabled),
    effects: [
      ...unitsAreRead(wanted.scope),
      ...(links === undefined ? [] : [predicts(linksOf(wanted), linksAfter(wanted.enabled)), mayAlter('unit:*')]),
    ],
  };
}

function isEnabled({ unit: now, links, generated }: UnitState): boolean {
  if (now.initScript !== undefined) return now.initScript.enabled;
  return links === undefined ? atBoot.test(now.file) || isGenerated(generated) : hasLinks(links);
}

function enabledAfter(now: Unit, enabled: boolean): Partial<Unit> {
  if (now.initScript !== undefined) return { initScript: { enabled } };
  if (now.file === 'indirect') return {};
  return { file: enabled ? 'enabled' : 'disabled' };
}

const linksAfter = (enabled: boolean): ShellAnswer => shellAnswer(enabled ? 'indirect\n  a link\n' : 'indirect\n');

const runs = ({ active, sub }: Unit): boolean =>
  active === 'active' || active === 'reloading' || (active === 'activating' && sub !== 'auto-restart');

function running(now: Unit, wanted: WantedUnit, fresh: Freshness | undefined): UnitChange | undefined {
  const up = runs(now);
  const { state } = wanted;
  const started = now.ends ? {} : { active: 'active', sub: 'running' };
  const act = (to: string, verb: string, more: Partial<UnitChange> = {}): UnitChange => ({
    what: `unit ${now.name}`,
    from: now.sub === 'auto-restart' || now.active === 'failed' ? 'failed' : now.active,
    to,
    commands: commandsFor(verb, wanted),
    gives: verb === 'stop' ? { active: 'inactive', sub: 'dead' } : started,
    ...more,
  });
  if (state === 'stopped') return up || now.active === 'deactivating' ? act('inactive', 'stop') : undefined;
  if (state === 'restarted') return act(up ? 'restarted' : 'active', 'restart', { repeats: true });
  if (state === 'reloaded' && up) return act('reloaded', 'reload', { repeats: true });
  if (state !== undefined && !up) return act('active', 'start', now.ends ? { repeats: true } : {});
  const stale = up ? staleness(fresh, wanted) : undefined;
  return stale === undefined ? undefined : act(`${stale.verb}ed`, stale.verb, { from: stale.why });
}

/** The unit is running but listens on other addresses. If it is restarted anyway, that restart fixes it. */
function placing(
  now: Unit,
  wanted: WantedUnit,
  places: readonly string[] | undefined,
  restarts: boolean,
): UnitChange | undefined {
  if (places === undefined || !runs(now) || samePlaces(places, wanted.listens)) return undefined;
  return {
    what: `unit ${now.name} listens on`,
    from: tellPlaces(places),
    to: tellPlaces(wanted.listens),
    commands: restarts ? [] : commandsFor('restart', wanted),
    gives: {},
  };
}

/** The tolerance when times are compared: both clocks have a resolution of ten milliseconds. */
const grainSeconds = 0.03;

/** Whether a running unit must be restarted or reloaded for its files to take effect, and why. */
function staleness(
  fresh: Freshness | undefined,
  wanted: WantedUnit,
): { readonly verb: 'restart' | 'reload'; readonly why: string } | undefined {
  if (fresh?.startedAt === undefined) return undefined;
  const newer = (files: readonly (Newest | undefined)[], than = 0) =>
    files
      .filter((one) => one !== undefined)
      .filter(({ at }) => at > than + grainSeconds)
      .toSorted((a, b) => b.at - a.at)[0];
  const restarts = wanted.reload_when_stale ? [fresh.unit] : [fresh.unit, fresh.config];
  const started = wanted.restart_when_stale ? newer(restarts, fresh.startedAt) : undefined;
  if (started !== undefined) return { verb: 'restart', why: `older than ${started.path}` };
  const loaded = wanted.reload_when_stale ? newer([fresh.config], fresh.loadedAt) : undefined;
  return loaded === undefined ? undefined : { verb: 'reload', why: `loaded before ${loaded.path} was changed` };
}

function withEffects({ gives, effects = [], ...change }: UnitChange, wanted: WantedUnit, after: Unit): Change {
  const fresh =
    wanted.restart_when_stale || wanted.reload_when_stale
      ? [predicts(freshness(wanted.name, wanted.scope, wanted.config), { missing: [] })]
      : [];
  const places =
    wanted.listens.length > 0
      ? [predicts(listening(wanted.name, portsOf(wanted.listens)), wanted.listens.toSorted())]
      : [];
  return {
    ...change,
    effects: [
      ...effects,
      predicts(unit(wanted.name, wanted.scope), after),
      ...fresh,
      ...places,
      // A unit that starts may listen, write below /run, and create new files.
      mayAlter('network:', 'path:/run', 'absent:*'),
    ],
  };
}

function warnings(
  now: Unit,
  wanted: WantedUnit,
  before: readonly Change[],
  fresh: Freshness | undefined,
): readonly string[] {
  return [
    ...(now.needsReload && before.length === 0
      ? [`${now.name}'s unit files changed after systemd read them; \`daemon_reload: true\` makes it read them again`]
      : []),
    ...(wanted.enabled === false && /^(static|generated|transient)/.test(now.file) && now.initScript === undefined
      ? [`${now.name} is ${now.file}: it is not started at boot on its own, but other units may start it`]
      : []),
    ...(fresh?.missing ?? []).map((path) => `missing configuration: ${path}`),
  ];
}

/** Ansible's return values. If a change is only `foreseen`, systemd's values for the other properties are unknown. */
export const unitResult = (state: UnitState, wanted: WantedUnit, foreseen: boolean): TaskResult => ({
  name: wanted.name,
  ...(wanted.enabled === undefined ? {} : { enabled: wanted.enabled }),
  ...(wanted.state === undefined ? {} : { state: wanted.state === 'stopped' ? 'stopped' : 'started' }),
  status: foreseen ? lasting(state.unit, wanted) : state.unit.properties,
});

/** A unit that is masked or unmasked has another file, and with it another description. */
const lasting = ({ properties }: Unit, { masked }: WantedUnit): Unit['properties'] => {
  const lasts = (name: string): boolean => (masked === undefined ? LASTING.has(name) : name === 'Id');
  const kept = Object.fromEntries(Object.entries(properties).filter(([name]) => lasts(name)));
  return withLacking(
    kept,
    Object.keys(properties).filter((name) => !lasts(name)),
  );
};

/** Properties that starting, stopping and enabling a unit leave unchanged. */
const LASTING: ReadonlySet<string> = new Set([
  'Id',
  'Description',
  'FragmentPath',
  'SourcePath',
  'Type',
  'RemainAfterExit',
]);

const toldEnabled = (enabled: boolean): string => (enabled ? 'enabled' : 'disabled');
