import { defineTask } from '../src/sdk.ts';
import { askUnit, planUnit, unitParams, unitResult } from './shared/unit-plan.ts';

export default defineTask({
  name: 'ansible.builtin.service',
  summary: 'Have services running, and started at boot.',
  description:
    'The same as `systemd`, without what only systemd has. Services of all tasks are asked in one `systemctl show`.',
  params: {
    name: { type: 'str', required: true, doc: 'The service.' },
    ...unitParams,
    sleep: { type: 'int', doc: 'How long to wait between stop and start of a restart, in seconds.' },
    arguments: { type: 'str', aliases: ['args'], ignored: 'systemd has no arguments for services' },
    pattern: { type: 'str', ignored: 'systemd knows which services run' },
    runlevel: { type: 'str', default: 'default', ignored: 'it is for OpenRC' },
    use: { type: 'str', default: 'auto', ignored: 'systemd is what is used' },
  },
  rules: { requiredOneOf: [['state', 'enabled', 'restart_when_stale']] },
  ask: (params) => askUnit({ ...params, scope: 'system' }),
  plan: (state, params) => planUnit(state, { ...params, scope: 'system' }),
  result: ({ state, params }) => unitResult(state, { ...params, scope: 'system' }),
  returns: {
    name: 'The service.',
    enabled: 'The parameter.',
    state: 'How it runs.',
    status: 'What `systemctl show` tells of it.',
  },
  examples: [
    { title: 'Running, and started at boot', yaml: 'service:\n  name: cron\n  state: started\n  enabled: true' },
    {
      title: 'Stopped',
      yaml: 'service:\n  name: systemd-timesyncd\n  state: stopped',
      runs: { no: 'a test host need not have it' },
    },
    {
      title: 'As a handler',
      yaml: 'service:\n  name: cron\n  state: restarted',
      runs: { no: 'it restarts each time' },
    },
  ],
});
