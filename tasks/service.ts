import { defineTask, must, nothing } from '../src/sdk.ts';
import { unitThings } from './shared/retire/units.ts';
import { askProcess, isOpenrc, openrcResult, planOpenrc } from './shared/units/openrc-plan.ts';
import { thenAskUnit } from './shared/units/unit-plan.ts';
import systemd from './systemd.ts';

export default defineTask({
  name: 'ansible.builtin.service',
  worker: systemd.name,
  summary: 'Start, stop, restart, enable and disable services.',
  description:
    'On a host with systemd, the same as `systemd`; on a host with OpenRC (Alpine, Gentoo), it uses rc-service and rc-update. One `systemctl show` covers the services of all tasks.',
  params: {
    ...systemd.params,
    sleep: { type: 'int', doc: 'How many seconds to wait between stopping and starting the service during a restart.' },
    arguments: {
      type: 'str',
      default: '',
      aliases: ['args'],
      doc: 'Words to pass to an init script of OpenRC; systemd passes none to services.',
    },
    pattern: {
      type: 'str',
      doc: 'A piece of the command line of its process, for an init script of OpenRC that cannot tell whether the service runs; systemd knows.',
    },
    runlevel: { type: 'str', default: 'default', doc: 'The runlevel of OpenRC that `enabled` is about.' },
    use: { type: 'str', default: 'auto', ignored: 'the service manager that runs on the host is used' },
  },
  rules: systemd.rules ?? {},
  ask: (params, context) => must(systemd.ask, 'the questions of systemd')(params, context),
  thenAsk: ({ unit }, params) => ({
    ...thenAskUnit(unit, wantedService(params)),
    process: askProcess(unit, wantedService(params)) ?? nothing(),
  }),
  plan(state, params, context) {
    const { unit } = state;
    return isOpenrc(unit)
      ? planOpenrc(unit, wantedService(params), state.process)
      : systemd.plan(state, params, context);
  },
  result: (done) =>
    isOpenrc(done.state.unit) ? openrcResult(wantedService(done.params)) : (systemd.result?.(done) ?? {}),
  retire: ({ name, enabled, state }) => unitThings({ name, enabled, state }),
  returns: systemd.returns,
  examples: [
    { title: 'Start a service, now and at boot', yaml: 'service:\n  name: cron\n  state: started\n  enabled: true' },
    {
      title: 'Stop a service',
      yaml: 'service:\n  name: systemd-timesyncd\n  state: stopped',
      runs: { no: 'a test host may not have it' },
    },
    {
      title: 'Restart a service in a handler',
      yaml: 'service:\n  name: cron\n  state: restarted',
      runs: { no: 'it restarts each time' },
    },
  ],
});

/** A service always has a name. */
const wantedService = <P extends object>(params: P & { readonly name: string | undefined }) => ({
  ...params,
  name: params.name ?? '',
});
