import {
  type Change,
  defineTask,
  type Freshness,
  type Question,
  sh,
  systemctl,
  type Unit,
  type Unread,
  unitsAreRead,
  unreadUnits,
} from '../src/sdk.ts';
import { unitThings } from './shared/retire/units.ts';
import { isOpenrc } from './shared/units/openrc-plan.ts';
import { askUnit, planUnit, thenAskUnit, unitParams, unitResult } from './shared/units/unit-plan.ts';
import type { WantedUnit } from './shared/units/wanted-unit.ts';

type SystemdQuestions = {
  readonly unit?: Question<Unit>;
  readonly fresh?: Question<Freshness>;
  readonly places?: Question<readonly string[]>;
  readonly unread?: Question<Unread>;
};

export default defineTask({
  name: 'ansible.builtin.systemd',
  aliases: ['ansible.builtin.systemd_service'],
  summary: "Start, stop, enable and mask systemd units, and reload systemd's configuration.",
  description:
    'One `systemctl show` covers the units of all tasks. The manager is reloaded only if the files on disk have changed since it read them.',
  params: {
    name: {
      type: 'str',
      aliases: ['service', 'unit'],
      doc: 'The unit; `.service` is added if the name has no suffix.',
    },
    ...unitParams,
    masked: { type: 'bool', doc: 'Whether the unit is masked, so that nothing can start it.' },
    daemon_reload: {
      type: 'bool',
      default: false,
      aliases: ['daemon-reload'],
      doc: "Reload systemd's configuration (daemon-reload) if unit files changed.",
    },
    daemon_reexec: {
      type: 'bool',
      default: false,
      aliases: ['daemon-reexec'],
      doc: 'Re-execute systemd itself first (daemon-reexec), every time.',
    },
    scope: {
      type: 'str',
      default: 'system',
      choices: ['system', 'user', 'global'],
      doc: "What to manage: the system's units (`system`), the user's units (`user`), or the defaults for all users (`global`).",
    },
    no_block: { type: 'bool', default: false, doc: 'Do not wait for the operation to finish.' },
    force: { type: 'bool', doc: 'Replace links that would prevent enabling or masking the unit.' },
  },
  rules: {
    requiredOneOf: [['name', 'daemon_reload', 'daemon_reexec']],
    requiredBy: { state: ['name'], enabled: ['name'], masked: ['name'] },
  },
  ask: (params): SystemdQuestions => ({
    ...(params.name === undefined ? {} : askUnit(wantedUnit(params, params.name))),
    ...(params.daemon_reload && params.scope !== 'global' ? { unread: unreadUnits(params.scope) } : {}),
  }),
  thenAsk: ({ unit }, params) => thenAskUnit(unit, wantedUnit(params, params.name ?? '')),
  plan(state, params) {
    const before = managerChanges(params, state.unread);
    if (params.name === undefined || state.unit === undefined) return { changes: before };
    const { unit, fresh, places, links, generated } = state;
    if (isOpenrc(unit)) return { failed: 'systemctl is not installed: this host runs OpenRC, so use `service`' };
    const plan = planUnit({ unit, fresh, places, links, generated }, wantedUnit(params, params.name), before);
    // systemd knows a new unit only after it has read the unit file.
    return 'failed' in plan && before.length > 0 && unit.load === 'not-found' ? { changes: before, more: true } : plan;
  },
  result: ({ state, params, changes, context }) =>
    params.name === undefined || state.unit === undefined
      ? { name: null, status: {} }
      : unitResult({ unit: state.unit }, wantedUnit(params, params.name), context.check && changes.length > 0),
  retire: unitThings,
  returns: {
    name: 'The unit.',
    enabled: 'The `enabled` parameter.',
    state: 'The state of the unit.',
    status: 'What `systemctl show` reports.',
  },
  examples: [
    { title: 'Start a service, now and at boot', yaml: 'systemd:\n  name: cron\n  state: started\n  enabled: true' },
    {
      title: 'Restart a service if its configuration is newer than its process',
      yaml: 'systemd:\n  name: ssh\n  state: started\n  restart_when_stale: true\n  config: [/etc/ssh/sshd_config, /etc/ssh/sshd_config.d]',
    },
    {
      title: 'Reload a service if its configuration is newer than its last start or reload',
      yaml: 'systemd:\n  name: ssh\n  state: started\n  reload_when_stale: true\n  config: [/etc/ssh/sshd_config, /etc/ssh/sshd_config.d]',
    },
    {
      title: 'Make a service reachable only from the internal network',
      yaml: 'systemd:\n  name: prometheus-nginx-exporter\n  state: started\n  restart_when_stale: true\n  listens: ["10.1.0.100:9113"]',
      runs: { no: 'a test host may not have it' },
    },
    { title: 'Make sure systemd has read the current unit files', yaml: 'systemd:\n  daemon_reload: true' },
    {
      title: 'Stop and disable a timer',
      yaml: 'systemd_service:\n  name: apt-daily.timer\n  enabled: false\n  state: stopped',
    },
  ],
});

type Given = Omit<WantedUnit, 'name'> & {
  readonly name: string | undefined;
  readonly daemon_reload: boolean;
  readonly daemon_reexec: boolean;
};

const wantedUnit = (params: Given, name: string): WantedUnit => ({ ...params, name });

function managerChanges({ daemon_reload, daemon_reexec, scope }: Given, unread: Unread | undefined): readonly Change[] {
  const stale = unread?.paths ?? [];
  const reexec: Change = {
    what: 'systemd',
    from: 'running',
    to: 're-executed',
    commands: [sh`${systemctl(scope)} daemon-reexec`],
    repeats: true,
    effects: [],
  };
  const reread: Change = {
    what: 'systemd',
    from: `has not read ${stale.join(', ')}`,
    to: 'has read its units',
    commands: [sh`${systemctl(scope)} daemon-reload`],
    effects: unitsAreRead(scope),
  };
  return [...(daemon_reexec ? [reexec] : []), ...(daemon_reload && stale.length > 0 ? [reread] : [])];
}
