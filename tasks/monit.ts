import {
  blurs,
  type Change,
  type Command,
  defineTask,
  type Effect,
  mayAlter,
  type Params,
  type Plan,
  predicts,
  type Question,
  type ShellAnswer,
  sh,
  shell,
  shellAnswer,
} from '../src/sdk.ts';
import { missingTool } from './shared/commands/unanswered.ts';

const params = {
  name: { type: 'str', required: true, doc: 'The service, as monit calls it.' },
  state: {
    type: 'str',
    required: true,
    choices: ['present', 'started', 'stopped', 'restarted', 'monitored', 'unmonitored', 'reloaded'],
    doc: '`present`: monit knows the service, after it has read its configuration again if necessary; `started`: its status is OK; `stopped` and `unmonitored`: monit does not watch it, and `stopped` also stops it; `restarted` acts every time; `reloaded` makes monit read its configuration, every time.',
  },
  timeout: { type: 'int', default: 300, doc: 'How many seconds to wait until monit has done it.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.monit',
  summary: 'Start, stop or watch a service with monit.',
  description:
    'Requires the `monit` package on the host, with `set httpd` in its configuration. A service that monit does not watch counts as stopped: monit itself does not know more.',
  params,
  ask: ({ name }) => ({ now: askStatus(name) }),
  plan({ now }, task, { done }): Plan {
    const { name, state, timeout } = task;
    const waiting = (failed: string): Plan => ({ wait: { againMs: 300, deadlineMs: timeout * 1000, failed } });
    const found = readStatus(now);
    if (typeof found === 'string') return done === undefined ? { failed: found } : waiting(found);
    if (state === 'reloaded') return { changes: [reloading(task)] };
    if (found === undefined) {
      if (state !== 'present') return { failed: `${name} process not presently configured with monit` };
      return done === undefined
        ? { changes: [reloading(task)] }
        : waiting('waited too long for process to become "present"');
    }
    if (state === 'present') return { changes: [] };
    if (/ pending$|^Initializing$/.test(found.status))
      return waiting('waited too long for "pending", or "initiating" status to go away');
    if (isReached(found, state)) return { changes: [] };
    if (done === undefined) return { changes: [acting(task, found)] };
    return afterActing(task, found, waiting);
  },
  result: ({ params: { name, state } }) => ({ name, state }),
  returns: { name: 'The service.', state: 'The `state` parameter.' },
  examples: [
    {
      title: 'Start a service',
      yaml: 'monit:\n  name: worker\n  state: started',
      runs: { no: 'needs the monit package' },
    },
    {
      title: 'Do not watch a service during maintenance',
      yaml: 'monit:\n  name: worker\n  state: unmonitored',
      runs: { no: 'needs the monit package' },
    },
  ],
});

/** What monit says about a service. */
interface Status {
  readonly status: string;
  readonly monitoring: string;
}

/** Asks for the status of a service: two lines, or none if monit does not know it. */
const askStatus = (name: string): Question<ShellAnswer> =>
  shell({
    ...sh`command -v monit >/dev/null || exit 127
told=$(monit -B status ${name} 2>&1)
r=$?
case $told in *"Service '"*"' not found"*) exit 0 ;; esac
[ "$r" = 0 ] || { printf '%s\n' "$told" >&2; exit "$r"; }
printf '%s\n' "$told" | sed -n -e 's/^  status  *//p' -e 's/^  monitoring status  *//p'`,
    about: [`monit:${name}`, 'by:path:/etc/monit', 'by:package:monit', 'by:unit:monit*'],
  });

/** The status; undefined if monit does not know the service; a text says why monit did not tell. */
function readStatus({ code, stdout, stderr }: ShellAnswer): Status | string | undefined {
  if (code === 127) return missingTool({ name: 'monit', package: 'monit' });
  if (code !== 0) return stderr.trim() || `monit failed with exit code ${code}`;
  const [status, monitoring = ''] = stdout.split('\n');
  return status === undefined || status === '' ? undefined : { status, monitoring };
}

const isRunning = ({ status }: Status): boolean => /^(?:OK|Running)$/i.test(status);

const isWatched = ({ monitoring }: Status): boolean => monitoring !== 'Not monitored';

function isReached(found: Status, state: Task['state']): boolean {
  if (state === 'started') return isRunning(found);
  if (state === 'monitored') return isWatched(found);
  return state !== 'restarted' && !isWatched(found);
}

/** What a service is like after a command that has been executed and did not lead to the state. */
function afterActing(task: Task, found: Status, waiting: (failed: string) => Plan): Plan {
  if (task.state === 'restarted' && isRunning(found)) return { changes: [acting(task, found)] };
  const why = `${task.name} process not ${task.state}: its status is "${found.status}"`;
  return /^Execution failed/i.test(found.status) ? { failed: why } : waiting(why);
}

const VERBS: Readonly<Partial<Record<Task['state'], string>>> = {
  started: 'start',
  stopped: 'stop',
  restarted: 'restart',
  monitored: 'monitor',
  unmonitored: 'unmonitor',
};

const RUNNING = 'OK\nMonitored\n';
const IDLE = 'Not monitored\nNot monitored\n';

function acting(task: Task, found: Status): Change {
  const { name, state } = task;
  const isIdle = state === 'stopped' || state === 'unmonitored';
  return {
    what: `${name} in monit`,
    from: found.status,
    to: state,
    commands: [monit(VERBS[state] ?? '', name)],
    effects: [
      // Whether a service that is watched again is running is not known.
      state === 'monitored' ? blurs(`monit:${name}`) : predicts(askStatus(name), shellAnswer(isIdle ? IDLE : RUNNING)),
      ...beyond,
    ],
    ...(state === 'restarted' && { repeats: true }),
  };
}

const reloading = ({ name, state }: Task): Change => ({
  what: state === 'present' ? `${name} in monit` : 'monit',
  from: state === 'present' ? null : '',
  to: state,
  commands: [monit('reload')],
  effects: [blurs('monit:*'), ...beyond],
  ...(state === 'reloaded' && { repeats: true }),
});

const monit = (...words: readonly string[]): Command => ({ ...sh`monit ${words}`, long: true });

/** What programs write, the ports that they open, and the units that they are. */
const beyond: readonly Effect[] = [mayAlter('network:', 'unit:*', 'path:/run', 'path:/var/log')];
