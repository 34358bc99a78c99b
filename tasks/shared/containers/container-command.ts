import { type Command, sh, type TaskContext } from '../../../src/sdk.ts';
import type { ContainerTask } from './container-params.ts';
import { dockerEngine, type Engine, withEngine } from './engine.ts';

/** The engine that a container belongs to. */
export const containerEngine = (task: ContainerTask, { environment }: TaskContext): Engine =>
  dockerEngine(task, environment);

/** A call of the client that changes something. */
export const onEngine = (task: ContainerTask, context: TaskContext, words: readonly string[]): Command => ({
  ...sh`${withEngine(containerEngine(task, context))}
_engine ${words} >/dev/null`,
  shown: `docker ${words.join(' ')}`,
  long: true,
});
