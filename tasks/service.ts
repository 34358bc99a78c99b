import { defineTask } from '../src/sdk.ts';
import systemd from './systemd.ts';

export default defineTask({
  ...systemd,
  aliases: [],
  name: 'ansible.builtin.service',
  worker: systemd.name,
  summary: 'Start, stop, restart, enable and disable services.',
  description:
    "The same as `systemd`, since that is Debian's service manager. One `systemctl show` covers the services of all tasks.",
  params: {
    ...systemd.params,
    sleep: { type: 'int', doc: 'How many seconds to wait between stopping and starting the service during a restart.' },
    arguments: { type: 'str', aliases: ['args'], ignored: 'systemd does not pass arguments to services' },
    pattern: { type: 'str', ignored: 'systemd knows which services are running' },
    runlevel: { type: 'str', default: 'default', ignored: 'it is for OpenRC' },
    use: { type: 'str', default: 'auto', ignored: 'systemd is always used' },
  },
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
