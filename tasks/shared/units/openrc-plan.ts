import {
  type Change,
  type Command,
  mayAlter,
  type OpenrcService,
  type Plan,
  predicts,
  type Question,
  type ShellAnswer,
  sh,
  shell,
  shellAnswer,
  type TaskResult,
  type Unit,
  unit,
} from '../../../src/sdk.ts';
import type { WantedUnit } from './wanted-unit.ts';

/** The desired state of a service of OpenRC's. */
interface WantedService extends WantedUnit {
  readonly runlevel: string;
  readonly arguments?: string;
  readonly pattern?: string;
  readonly daemon_reload: boolean;
  readonly daemon_reexec: boolean;
}

/** A service, as OpenRC tells of it. */
type Service = Unit & { readonly openrc: OpenrcService };

/** Whether a host's service manager is OpenRC. */
export const isOpenrc = (now: Unit | undefined): now is Service => now?.openrc !== undefined;

/** Whether its init script does not tell if it runs. */
const isUntold = (now: Service): boolean => now.load === 'loaded' && now.active === 'unknown';

/** Looks for a process, if the init script of a service cannot tell whether it runs. */
export const askProcess = (now: Unit | undefined, { pattern }: WantedService): Question<ShellAnswer> | undefined =>
  isOpenrc(now) && isUntold(now) && pattern !== undefined
    ? shell({
        ...sh`p=$(ps -A -o args 2>/dev/null || ps -o args) || exit
case $p in *${pattern}*) echo running ;; esac`,
        about: [`unit:${now.name}`],
      })
    : undefined;

/** Plans the changes to a service of OpenRC's. */
export function planOpenrc(told: Service, wanted: WantedService, process: ShellAnswer | undefined): Plan {
  const refused = refusal(told, wanted);
  if (refused !== undefined) return { failed: refused };
  const now = process === undefined ? told : { ...told, ...(process.stdout === '' ? STOPPED : RUNNING) };
  if (isUntold(now) && wanted.state !== undefined)
    return {
      failed: `cannot tell whether ${now.name} runs: its status has exit code ${now.openrc.code} (${now.openrc.said}); \`pattern\` looks for its process`,
    };
  const changes = [enabling(now, wanted), running(now, wanted)].filter((one) => one !== undefined);
  const after: Unit = Object.assign({}, now, ...changes.map(({ gives }) => gives));
  // Its init script still does not tell; only the process is there or not.
  const asked = askProcess(told, wanted);
  const predicted =
    asked === undefined
      ? [predicts(unit(wanted.name), after)]
      : [
          predicts(unit(wanted.name), { ...after, active: told.active, sub: told.sub }),
          predicts(asked, shellAnswer(after.active === 'active' ? 'running\n' : '')),
        ];
  return {
    changes: changes.map(
      ({ gives, ...change }): Change => ({
        ...change,
        effects: [...predicted, mayAlter('network:', 'path:/run', 'absent:*')],
      }),
    ),
  };
}

/** Why OpenRC cannot do it. */
function refusal(now: Service, wanted: WantedService): string | undefined {
  if (now.load === 'not-found') return `Could not find the requested service ${wanted.name}: host`;
  const only = SYSTEMDS.find(([, isGiven]) => isGiven(wanted));
  if (only !== undefined) return `\`${only[0]}\` needs systemd: this host runs OpenRC`;
  if (wanted.enabled !== undefined && !now.openrc.allRunlevels.includes(wanted.runlevel))
    return `there is no runlevel ${wanted.runlevel}: this host has ${now.openrc.allRunlevels.join(', ')}`;
  // OpenRC does nothing on a host that it has not booted.
  return /openrc did not boot/.test(now.openrc.said) && wanted.state !== undefined
    ? 'OpenRC did not boot this host, so it starts and stops no services; only `enabled` works here'
    : undefined;
}

const SYSTEMDS: readonly (readonly [string, (wanted: WantedService) => boolean])[] = [
  ['restart_when_stale', ({ restart_when_stale }) => restart_when_stale],
  ['reload_when_stale', ({ reload_when_stale }) => reload_when_stale],
  ['listens', ({ listens }) => listens.length > 0],
  ['masked', ({ masked }) => masked !== undefined],
  ['scope', ({ scope }) => scope !== 'system'],
  ['daemon_reload', ({ daemon_reload }) => daemon_reload],
  ['daemon_reexec', ({ daemon_reexec }) => daemon_reexec],
];

interface ServiceChange extends Change {
  readonly gives: Partial<Unit>;
}

function enabling(now: Service, { name, enabled, runlevel }: WantedService): ServiceChange | undefined {
  const { runlevels } = now.openrc;
  if (enabled === undefined || runlevels.includes(runlevel) === enabled) return undefined;
  const after = enabled ? [...runlevels, runlevel].toSorted() : runlevels.filter((one) => one !== runlevel);
  return {
    what: `service ${name} in runlevel ${runlevel}`,
    from: enabled ? 'disabled' : 'enabled',
    to: enabled ? 'enabled' : 'disabled',
    commands: [sh`rc-update ${enabled ? 'add' : 'delete'} ${name} ${runlevel}`],
    gives: { file: after.length > 0 ? 'enabled' : 'disabled', openrc: { ...now.openrc, runlevels: after } },
  };
}

const RUNNING = { active: 'active', sub: 'running' };
const STOPPED = { active: 'inactive', sub: 'dead' };

function running(now: Service, wanted: WantedService): ServiceChange | undefined {
  const { state, name } = wanted;
  if (state === undefined) return undefined;
  const up = now.active === 'active' || now.active === 'activating';
  const act = (to: string, verb: Verb, repeats = false): ServiceChange => ({
    what: `service ${name}`,
    from: now.active,
    to,
    commands: commandsFor(verb, now, wanted),
    ...(repeats && { repeats }),
    gives: verb === 'stop' ? STOPPED : RUNNING,
  });
  if (state === 'stopped') return up || now.active !== 'inactive' ? act('inactive', 'stop') : undefined;
  if (state === 'restarted') return act(up ? 'restarted' : 'active', 'restart', true);
  if (!up) return act('active', 'start');
  return state === 'reloaded' ? act('reloaded', 'reload', true) : undefined;
}

type Verb = 'start' | 'stop' | 'restart' | 'reload';

function commandsFor(
  verb: Verb,
  now: Service,
  { name, sleep, arguments: more = '' }: WantedService,
): readonly Command[] {
  const words = more.split(/\s+/).filter((word) => word !== '');
  const one = (action: string): Command => ({ ...sh`rc-service -- ${name} ${action} ${words}`, long: true });
  // OpenRC considers a crashed service started.
  if (verb === 'start' && now.active === 'failed') return [sh`rc-service -- ${name} zap`, one('start')];
  return verb === 'restart' && sleep !== undefined
    ? [one('stop'), { ...sh`sleep ${sleep}` }, one('start')]
    : [one(verb)];
}

/** Ansible's return values for a service of OpenRC's. */
export const openrcResult = ({ name, enabled, state }: WantedService): TaskResult => ({
  name,
  ...(enabled === undefined ? {} : { enabled }),
  ...(state === undefined ? {} : { state: state === 'stopped' ? 'stopped' : 'started' }),
});
