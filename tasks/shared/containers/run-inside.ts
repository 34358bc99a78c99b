import {
  anyCode,
  type Change,
  type Command,
  mayAlter,
  type Plan,
  type Reply,
  type Subject,
  script,
  sh,
  type TaskResult,
} from '../../../src/sdk.ts';
import { executionResult, inputOf } from '../commands/run-command.ts';
import { jsonAt, listInside } from '../json.ts';
import { clientEnvironment } from './client-environment.ts';
import { type Engine, withEngine } from './engine.ts';
import { engineObject, type Inspected } from './inspect.ts';
import { textAt, textEntries } from './json.ts';

/** How a program is run in a container. */
interface Inside {
  readonly container: string;
  readonly words: readonly string[];
  readonly chdir: string | undefined;
  readonly detach: boolean;
  readonly user: string | undefined;
  readonly stdin?: string | undefined;
  readonly stdin_add_newline: boolean;
  readonly tty: boolean;
  readonly privileged?: boolean;
  readonly env: Readonly<Record<string, unknown>> | undefined;
}

/** Runs a program in a container every time, if the container runs. What it writes to the host's directories is unknown. */
export function planInside(container: Inspected, engine: Engine, inside: Inside): Plan {
  const refused = whyNotInside(container, inside.container);
  if (refused !== undefined) return { failed: refused };
  const change: Change = {
    what: `command in container ${inside.container}`,
    from: '',
    to: inside.words.join(' '),
    commands: [runInside(engine, inside)],
    effects: [mayAlter(engineObject('container', '*'), 'network:', ...writtenFrom(container))],
  };
  return { changes: [change] };
}

/** The result of running a program in a container; empty in a check. */
export function insideResult(
  reply: Reply | undefined,
  task: { readonly detach: boolean; readonly strip_empty_ends: boolean },
): TaskResult {
  if (reply === undefined) return {};
  if (task.detach && reply.code === 0) return { changed: true };
  return executionResult(reply, task.strip_empty_ends);
}

/** Why no program can be run in a container; undefined if it can. */
function whyNotInside(container: Inspected, name: string): string | undefined {
  if (container === null) return `Could not find container "${name}"`;
  if (jsonAt(container, 'State', 'Paused') === true) return `Container "${name}" is paused`;
  const isRunning = jsonAt(container, 'State', 'Running') === true;
  return isRunning ? undefined : `Container "${name}" is not running: it is ${textAt(container, 'State', 'Status')}`;
}

/** The subjects for the directories and files of the host that a container may write to. */
const writtenFrom = (container: Inspected): readonly Subject[] =>
  listInside(container, 'Mounts').flatMap((mount) =>
    jsonAt(mount, 'RW') === true ? [`path:${textAt(mount, 'Source')}`] : [],
  );

/** Runs a program in a container. */
function runInside(engine: Engine, task: Inside): Command {
  const option = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value]);
  const { options, wrap } = clientEnvironment(textEntries(task.env));
  const call = script`_engine exec ${[
    ...(task.detach ? ['--detach'] : []),
    ...(task.stdin === undefined ? [] : ['--interactive']),
    ...(task.tty ? ['--tty'] : []),
    ...(task.privileged === true ? ['--privileged'] : []),
    ...option('--user', task.user),
    ...option('--workdir', task.chdir),
    ...options,
  ]} -- ${task.container} ${task.words}`;
  return {
    ...sh`${withEngine(engine)}
${wrap(call)}`,
    stdin: inputOf(task),
    shown: `${engine.program} exec ${task.container} ${task.words.join(' ')}`,
    long: true,
    // The exit code is part of the result, because `failed_when` may accept it.
    accepts: anyCode,
  };
}
