import { anyCode, type Command, type Subject, script, sh } from '../../../src/sdk.ts';
import { inputOf } from '../commands/run-command.ts';
import { jsonAt, listInside } from '../json.ts';
import { clientEnvironment } from './client-environment.ts';
import { type Engine, withEngine } from './engine.ts';
import type { Inspected } from './inspect.ts';
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

/** Why no program can be run in a container; undefined if it can. */
export function whyNotInside(container: Inspected, name: string): string | undefined {
  if (container === null) return `Could not find container "${name}"`;
  if (jsonAt(container, 'State', 'Paused') === true) return `Container "${name}" is paused`;
  const isRunning = jsonAt(container, 'State', 'Running') === true;
  return isRunning ? undefined : `Container "${name}" is not running: it is ${textAt(container, 'State', 'Status')}`;
}

/** The subjects for the directories and files of the host that a container may write to. */
export const writtenFrom = (container: Inspected): readonly Subject[] =>
  listInside(container, 'Mounts').flatMap((mount) =>
    jsonAt(mount, 'RW') === true ? [`path:${textAt(mount, 'Source')}`] : [],
  );

/** Runs a program in a container. */
export function runInside(engine: Engine, task: Inside): Command {
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
