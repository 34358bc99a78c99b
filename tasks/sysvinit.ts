import {
  blurs,
  type Change,
  type Command,
  decodeText,
  defineTask,
  mayAlter,
  nothing,
  optionWords,
  type Params,
  type Plan,
  predicts,
  type Question,
  type Reply,
  type Script,
  type ShellAnswer,
  type Subject,
  script,
  sh,
  shell,
  shellAnswer,
} from '../src/sdk.ts';

const params = {
  name: { type: 'str', required: true, aliases: ['service'], doc: 'The init script in `/etc/init.d`.' },
  state: {
    type: 'str',
    choices: ['started', 'stopped', 'restarted', 'reloaded'],
    doc: 'The state of the service; `restarted` and `reloaded` act every time.',
  },
  enabled: { type: 'bool', doc: 'Whether the service is started at boot.' },
  runlevels: {
    type: 'list',
    elements: 'str',
    doc: 'The runlevels that `enabled` is about; by default those that the init script names.',
  },
  sleep: { type: 'int', default: 1, doc: 'How many seconds to wait between stopping and starting during a restart.' },
  pattern: {
    type: 'str',
    doc: 'Text in the list of processes that shows that the service is running, for init scripts that cannot tell it.',
  },
  arguments: { type: 'str', aliases: ['args'], doc: 'Further arguments for the init script.' },
  daemonize: {
    type: 'bool',
    default: false,
    doc: 'Run the init script in a session of its own and without its output, for a service that stays connected to it.',
  },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'ansible.builtin.sysvinit',
  summary: 'Start, stop, enable and disable services by their init scripts.',
  description:
    "For hosts without systemd; where systemd is in charge, `service` tells more. Whether a service is running is what its init script tells of its `status`, which Debian's policy and LSB define. Links for the runlevels are made by `update-rc.d` or `chkconfig`.",
  params,
  rules: { requiredOneOf: [['state', 'enabled']] },
  ask: (task): { readonly links: Question<ShellAnswer>; readonly status: Question<ShellAnswer | undefined> } => ({
    links: askLinks(task),
    status: task.state === undefined ? nothing() : askStatus(task),
  }),
  plan({ links, status }, task): Plan {
    if (links.code === 127)
      return { failed: `Could not find the requested service ${task.name}: ${links.stderr.trim()}` };
    const enabling = task.enabled === undefined ? [] : planLinks(links, task);
    if ('failed' in enabling) return enabling;
    const running = status === undefined ? [] : planState(status, task);
    return 'failed' in running ? running : { changes: [...enabling, ...running] };
  },
  result({ changes, replies, params: { name, enabled, state, runlevels } }) {
    const told = (what: string): object => {
      const index = changes.findIndex((change) => change.what === what);
      return { changed: index >= 0, ...outputOf(replies[index]) };
    };
    return {
      name,
      status: {
        ...(enabled !== undefined && { enabled: { ...told(BOOT), ...(runlevels && { runlevels }) } }),
        ...(state !== undefined && { [state]: told(name) }),
      },
    };
  },
  returns: {
    name: 'The service.',
    status:
      'For `enabled` and for the state: whether it `changed`, and the exit code (`rc`) and the output of what was run, if anything.',
  },
  examples: [
    {
      title: 'Start a service, now and at boot',
      yaml: 'sysvinit:\n  name: apache2\n  state: started\n  enabled: true',
      runs: { no: 'needs an init script' },
    },
    {
      title: 'Start a service in some runlevels only',
      yaml: 'sysvinit:\n  name: apache2\n  enabled: true\n  runlevels: [3, 5]',
      runs: { no: 'needs an init script' },
    },
  ],
});

const BOOT = 'at boot';

const outputOf = (reply: Reply | undefined): object =>
  reply === undefined
    ? { rc: null, stdout: null, stderr: null }
    : { rc: reply.code, stdout: decodeText(reply.stdout), stderr: decodeText(reply.stderr) };

const initScript = ({ name }: Task): string => `/etc/init.d/${name}`;

// A package may bring the init script.
const serviceSubjects = (task: Task): readonly Subject[] => [
  `unit:${task.name}.service`,
  `by:path:${initScript(task)}`,
  `by:absent:unit:${task.name}.service`,
];

/** Asks which program makes links, whether there are any, and for the runlevels in which the service is started. */
const askLinks = (task: Task) =>
  shell({
    ...sh`[ -x ${initScript(task)} ] || { echo ${`there is no ${initScript(task)}`} >&2; exit 127; }
for one in update-rc.d chkconfig; do command -v "$one" >/dev/null && break; one=; done
echo "tool $one"
for one in /etc/rc?.d/[SK][0-9][0-9]${task.name}; do [ -L "$one" ] && echo "link \${one#/etc/rc}"; done; true`,
    about: serviceSubjects(task),
  });

interface Links {
  readonly tool: string;
  /** Whether there are links for any runlevel, also to stop the service. */
  readonly any: boolean;
  /** The runlevels in which the service is started. */
  readonly starts: readonly string[];
}

const readLinks = ({ stdout }: ShellAnswer): Links => ({
  tool: /^tool (.*)$/m.exec(stdout)?.[1] ?? '',
  any: /^link /m.test(stdout),
  starts: [...stdout.matchAll(/^link (.)\.d\/S/gm)].map(([, level = '']) => level),
});

function planLinks(answer: ShellAnswer, task: Task): readonly Change[] | { readonly failed: string } {
  const now = readLinks(answer);
  const { enabled = true, runlevels = [] } = task;
  const isEnabled = (level: string): boolean => now.starts.includes(level);
  const wrong = runlevels.filter((level) => isEnabled(level) !== enabled);
  const isRight = runlevels.length > 0 ? wrong.length === 0 : now.starts.length > 0 === enabled;
  if (isRight) return [];
  if (now.tool === '') return { failed: 'neither update-rc.d nor chkconfig is on the host' };
  const levels = (enabled: boolean): string =>
    runlevels.length === 0 ? told(enabled) : `${told(enabled)} in ${wrong.join(', ')}`;
  return [
    {
      what: BOOT,
      from: levels(!enabled),
      to: levels(enabled),
      commands: [now.tool === 'chkconfig' ? chkconfig(task) : updateRc(task, now)],
      effects: [linksAfter(answer, task)],
    },
  ];
}

const told = (enabled: boolean): string => (enabled ? 'enabled' : 'disabled');

/** update-rc.d can only change links that are there, so it makes the default ones first. */
const updateRc = ({ name, enabled, runlevels = [] }: Task, { any }: Links): Command =>
  sh`${any ? script`:` : script`update-rc.d ${name} defaults`} && update-rc.d ${name} ${enabled === true ? 'enable' : 'disable'} ${runlevels}`;

const chkconfig = ({ name, enabled, runlevels = [] }: Task): Command =>
  sh`chkconfig ${runlevels.length === 0 ? [] : ['--level', runlevels.join('')]} ${name} ${enabled === true ? 'on' : 'off'}`;

/** If there are links, those for the given runlevels turn; otherwise the init script says which ones there will be. */
function linksAfter(answer: ShellAnswer, task: Task) {
  const { runlevels = [], enabled } = task;
  if (!readLinks(answer).any || (runlevels.length === 0 && enabled === true)) return blurs(`unit:${task.name}.service`);
  const turned = answer.stdout.replace(/^link (.)\.d\/[SK]/gm, (line, level: string) =>
    runlevels.length > 0 && !runlevels.includes(level) ? line : `link ${level}.d/${enabled === true ? 'S' : 'K'}`,
  );
  return predicts(askLinks(task), shellAnswer(turned));
}

/** Asks the init script, or the list of processes, whether the service is running: 0 if it is, 3 if it is not. */
const askStatus = (task: Task) =>
  shell({
    ...(task.pattern === undefined
      ? sh`[ -x ${initScript(task)} ] || exit 127
${initScript(task)} status ${argumentsOf(task)} </dev/null`
      : sh`case $(ps axww -o pid=,ppid=,args= | awk -v me=$$ '$1 != me && $2 != me') in *${task.pattern}*) exit 0 ;; *) exit 3 ;; esac`),
    about: serviceSubjects(task),
    deadlineMs: 60_000,
  });

const argumentsOf = (task: Task): readonly string[] =>
  task.arguments === undefined ? [] : optionWords(task.arguments);

function planState(status: ShellAnswer, task: Task): readonly Change[] | { readonly failed: string } {
  const isRunning = runs(status);
  const { state = 'started', name } = task;
  const change = (from: string, to: string, command: Command): Change => ({
    what: name,
    from,
    to,
    commands: [{ ...command, long: true }],
    effects: [
      predicts(askStatus(task), shellAnswer('', state === 'stopped' ? 3 : 0)),
      mayAlter('network:', 'path:/run', 'absent:*'),
    ],
    ...((state === 'restarted' || state === 'reloaded') && { repeats: true }),
  });
  if (state === 'restarted')
    return [
      change(
        isRunning === true ? 'running' : 'stopped',
        'restarted',
        sh`${calling(task, 'stop')} >/dev/null && sleep ${task.sleep} && ${calling(task, 'start')}`,
      ),
    ];
  if (state === 'reloaded') return [change('', 'reloaded', sh`${calling(task, 'reload')}`)];
  if (isRunning === undefined)
    return {
      failed: `${initScript(task)} cannot tell whether ${name} is running (exit code ${status.code}): set \`pattern\``,
    };
  if (state === 'started') return isRunning ? [] : [change('stopped', 'running', sh`${calling(task, 'start')}`)];
  return isRunning ? [change('running', 'stopped', sh`${calling(task, 'stop')}`)] : [];
}

/** Whether the service runs, by LSB's exit codes; undefined if the init script does not know or has no `status`. */
function runs({ code, stdout, stderr, timedOut }: ShellAnswer): boolean | undefined {
  if (timedOut || /^\s*usage\b/im.test(`${stdout}\n${stderr}`)) return undefined;
  if (code === 0) return true;
  return code <= 3 ? false : undefined;
}

function calling(task: Task, verb: string): Script {
  const call = script`${initScript(task)} ${verb} ${argumentsOf(task)} </dev/null`;
  return task.daemonize ? script`setsid -w ${call} >/dev/null 2>&1` : call;
}
