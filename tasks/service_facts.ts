import { defineTask, sh, shell } from '../src/sdk.ts';

export default defineTask({
  name: 'ansible.builtin.service_facts',
  summary: 'Gather facts about services: whether they are running and whether they start at boot.',
  params: {},
  ask: () => ({ units: services }),
  plan({ units: { code, stdout, stderr } }) {
    if (code !== 0) return { failed: stderr.trim() || 'systemd is not running on this host' };
    if (stdout.startsWith('openrc\n'))
      return { changes: [], result: { ansible_facts: { services: ofOpenrc(stdout) } } };
    const [running = '', files = ''] = stdout.split('\x1e\n');
    const known = new Map<string, object>();
    for (const [name = '', status = ''] of rows(files))
      if (name.endsWith('.service')) known.set(name, { name, state: 'inactive', status, source: 'systemd' });
    for (const [name = '', load = '', active = '', sub = ''] of rows(running)) {
      const state = stateOf(load, active, sub);
      known.set(name, {
        name,
        state,
        status:
          load === 'not-found'
            ? 'not-found'
            : ((known.get(name) as { status?: string } | undefined)?.status ?? 'unknown'),
        source: 'systemd',
      });
    }
    return { changes: [], result: { ansible_facts: { services: Object.fromEntries(known) } } };
  },
  gives: 'facts',
  factNames: () => ['services'],
  returns: { ansible_facts: '`services`: the name, state and status of each service.' },
  examples: [{ title: 'List all services', yaml: 'service_facts:' }],
});

const services = shell({
  ...sh`export LC_ALL=C
if [ ! -d /run/systemd/system ] && command -v rc-status >/dev/null; then
  echo openrc; rc-status --servicelist --nocolor || exit
  for f in /etc/runlevels/*/*; do [ ! -h "$f" ] || printf '\036%s\n' "\${f#/etc/runlevels/}"; done
  exit 0
fi
command -v systemctl >/dev/null || { echo 'the host runs neither systemd nor OpenRC' >&2; exit 1; }
systemctl list-units --no-pager --plain --no-legend --all --type=service || exit
printf '\036\n'; systemctl list-unit-files --no-pager --no-legend --type=service`,
  about: ['unit:*'],
});

/** The states of OpenRC in the words of Ansible's documentation. */
const OPENRC_STATES: Readonly<Record<string, string>> = { started: 'running', crashed: 'failed' };

function ofOpenrc(text: string): Readonly<Record<string, object>> {
  const lines = text.split('\n');
  const enabled = lines.flatMap((line) => (line.startsWith('\x1e') ? [line.slice(1).split('/')] : []));
  return Object.fromEntries(
    [...text.matchAll(/^ (\S+) +\[ +(\S+) .*\]$/gm)].map(([, name = '', state = '']) => {
      const runlevels = enabled.flatMap(([level, service]) => (service === name ? [level] : []));
      const status = runlevels.length > 0 ? 'enabled' : 'disabled';
      return [
        name,
        { name, state: OPENRC_STATES[state] ?? 'stopped', status, source: 'openrc', runlevel: runlevels.join(' ') },
      ];
    }),
  );
}

const rows = (text: string): readonly (readonly string[])[] =>
  text
    .split('\n')
    .map((line) =>
      line
        .replace(/^[●*x\s]+\s/, '')
        .trim()
        .split(/\s+/),
    )
    .filter(([name]) => name !== '');

function stateOf(load: string | undefined, active: string | undefined, sub: string | undefined): string {
  if (load === 'not-found') return 'stopped';
  if (active === 'failed' || sub === 'failed') return 'failed';
  return sub === 'running' ? 'running' : 'stopped';
}
