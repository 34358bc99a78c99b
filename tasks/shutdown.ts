import {
  defineTask,
  mayAlter,
  nothing,
  type Params,
  type Plan,
  type Question,
  type ShellAnswer,
  sh,
  shell,
} from '../src/sdk.ts';

const params = {
  delay: { type: 'int', default: 0, doc: 'How many seconds to wait, in whole minutes; less than a minute is none.' },
  msg: { type: 'str', default: 'Shut down initiated by Ansible', doc: 'What the users of the host are told.' },
  search_paths: {
    type: 'list',
    elements: 'path',
    default: ['/sbin', '/usr/sbin', '/usr/local/sbin'],
    doc: 'The directories in which to look for `shutdown`; `systemctl` is used if it is in none of them.',
  },
} as const;

type Task = Params<typeof params> & { readonly isLocal: boolean };

export default defineTask({
  name: 'community.general.shutdown',
  summary: 'Shut the host down.',
  description: 'Shuts it down every time. Tasks that follow cannot reach the host any more.',
  params,
  acts: true,
  refusedOnController: true,
  prepare: (given, { endpoint }): Task => ({ ...given, isLocal: endpoint.connection === 'local' }),
  ask: (task): { found: Question<ShellAnswer | undefined> } => ({ found: task.isLocal ? nothing() : askProgram(task) }),
  plan({ found }, task): Plan {
    if (found === undefined)
      return {
        failed: 'Running shutdown with local connection would shutdown the control node.',
        result: { changed: false, shutdown: false },
      };
    if (found.code !== 0)
      return {
        failed: `Could not find command "shutdown" in search paths: ${task.search_paths.join(', ')} or systemctl command in system`,
      };
    const command = commandFor(found, task);
    return {
      changes: [
        {
          what: 'shutdown',
          from: '',
          to: command.script,
          // The connection ends with the host, so the command starts when its own end has been told.
          commands: [
            { ...sh`nohup sh -c ${`sleep 1; ${command.script}`} >/dev/null 2>&1 </dev/null &`, shown: command.script },
          ],
          effects: [mayAlter('everything')],
          repeats: true,
        },
      ],
    };
  },
  result: ({ before: { found }, params: task }) =>
    found === undefined ? {} : { shutdown: true, shutdown_command: commandFor(found, task).script },
  returns: { shutdown: 'Whether the host shuts down.', shutdown_command: 'The command that was run.' },
  examples: [
    { title: 'Shut the host down', yaml: 'shutdown:', runs: { no: 'a test host must not shut down' } },
    {
      title: 'Shut it down in five minutes',
      yaml: 'shutdown:\n  delay: 300\n  msg: Back tomorrow',
      runs: { no: 'a test host must not shut down' },
    },
  ],
});

/** Asks for the program: `shutdown` in one of the directories, or else `systemctl`. */
const askProgram = ({ search_paths }: Task) =>
  shell({
    ...sh`for d in ${search_paths}; do if [ -x "$d/shutdown" ]; then echo "$d/shutdown"; exit; fi; done
command -v systemctl`,
    about: ['by:package:*'],
  });

function commandFor({ stdout }: ShellAnswer, { delay, msg }: Task) {
  const program = stdout.trim();
  const minutes = Math.max(0, Math.floor(delay / 60));
  return program.endsWith('/shutdown') ? sh`${program} -h ${minutes} ${msg}` : sh`${program} poweroff`;
}
