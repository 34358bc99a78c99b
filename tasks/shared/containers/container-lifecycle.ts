import {
  blurs,
  type Change,
  type Command,
  mayAlter,
  predicts,
  script,
  sh,
  type TaskContext,
} from '../../../src/sdk.ts';
import { jsonAt } from '../json.ts';
import { containerEngine, onEngine } from './container-command.ts';
import { containerEffects } from './container-effects.ts';
import type { ContainerTask } from './container-params.ts';
import type { Situation } from './container-situation.ts';
import { withEngine } from './engine.ts';
import { engineObject, type Inspected, inspect } from './inspect.ts';
import { textAt } from './json.ts';

/** Whether a container should run afterwards. */
export const shouldRun = ({ state }: ContainerTask): boolean => state === 'started' || state === 'healthy';

/** A task that waits for its container to end runs it again each time. */
export const repeatsOf = (task: ContainerTask): { readonly repeats?: true } =>
  !task.detach && shouldRun(task) ? { repeats: true } : {};

/** Starting, stopping, restarting, pausing or resuming an existing container. */
export function lifecycleChanges(situation: Situation): readonly Change[] {
  const { state, task, context } = situation;
  const { container } = state;
  const runs = shouldRun(task);
  const isRunning = jsonAt(container, 'State', 'Running') === true;
  const isPaused = jsonAt(container, 'State', 'Paused') === true;
  const act = (from: string, to: string, commands: readonly Command[], runsAfter: boolean): Change => ({
    what: `container ${task.name}`,
    from,
    to,
    commands,
    effects: containerEffects(situation, runsAfter, false),
  });
  const unpausing = isPaused && task.paused !== true && (task.paused === false || task.state === 'stopped');
  return [
    ...(unpausing ? [act('paused', 'running', [onEngine(task, context, ['unpause', '--', task.name])], true)] : []),
    ...(runs && !isRunning
      ? [
          {
            ...act(
              textAt(container, 'State', 'Status') || 'stopped',
              `running${task.detach ? '' : ' until it ends'}`,
              starting(task, context),
              true,
            ),
            ...repeatsOf(task),
          },
        ]
      : []),
    ...(runs && isRunning && task.restart
      ? [
          {
            ...act(
              'running',
              'restarted',
              [onEngine(task, context, ['restart', ...stopTime(task), '--', task.name])],
              true,
            ),
            repeats: true as const,
          },
        ]
      : []),
    ...(task.state === 'stopped' && isRunning ? [act('running', 'stopped', [stopping(task, context)], false)] : []),
    ...(task.paused === true && !isPaused && (isRunning || runs)
      ? [act('running', 'paused', [onEngine(task, context, ['pause', '--', task.name])], true)]
      : []),
  ];
}

/** Starting a container, and waiting for its end if the task does not detach from it. */
export function starting(task: ContainerTask, context: TaskContext): readonly Command[] {
  if (task.detach)
    return [
      onEngine(task, context, ['start', '--', task.name]),
      ...(task.paused === true ? [onEngine(task, context, ['pause', '--', task.name])] : []),
    ];
  const clean = task.cleanup && task.auto_remove !== true;
  return [
    {
      ...sh`${withEngine(containerEngine(task, context))}
_engine start --attach -- ${task.name}
code=$?
${clean ? script`_engine rm ${task.keep_volumes ? [] : ['--volumes']} -- ${task.name} >/dev/null` : script`:`}
exit "$code"`,
      shown: `docker start --attach ${task.name}`,
      long: true,
    },
  ];
}

const stopTime = ({ stop_timeout: seconds }: ContainerTask): readonly string[] =>
  seconds === undefined ? [] : ['--time', String(seconds)];

const stopping = (task: ContainerTask, context: TaskContext): Command =>
  onEngine(
    task,
    context,
    task.force_kill
      ? ['kill', ...(task.kill_signal === undefined ? [] : ['--signal', task.kill_signal]), '--', task.name]
      : ['stop', ...stopTime(task), '--', task.name],
  );

/** Removing a container, which is stopped first. */
export function removing(
  task: ContainerTask,
  container: NonNullable<Inspected>,
  context: TaskContext,
): readonly Command[] {
  const isRunning = jsonAt(container, 'State', 'Running') === true;
  const stop = isRunning ? [stopping(task, context)] : [];
  // A paused container cannot be stopped, but removed by force.
  const isPaused = jsonAt(container, 'State', 'Paused') === true;
  const words = [
    'rm',
    ...(isPaused || task.force_kill ? ['--force'] : []),
    ...(task.keep_volumes ? [] : ['--volumes']),
    '--',
    task.name,
  ];
  if (jsonAt(container, 'HostConfig', 'AutoRemove') !== true || !isRunning)
    return [...(isPaused ? [] : stop), onEngine(task, context, words)];
  const tenths = Math.ceil((task.removal_wait_timeout ?? 30) * 10);
  return [
    ...stop,
    sh`${withEngine(containerEngine(task, context))}
n=0
while _engine container inspect -- ${task.name} >/dev/null 2>&1; do
  [ "$n" -lt ${tenths} ] || { echo ${`container ${task.name} has not been removed after it was stopped`} >&2; exit 1; }
  n=$((n + 1))
  sleep 0.1
done`,
  ];
}

/** The removal of a container, as a change. */
export function containerRemoval(task: ContainerTask, container: NonNullable<Inspected>, context: TaskContext): Change {
  return {
    what: `container ${task.name}`,
    from: textAt(container, 'State', 'Status') || 'present',
    to: null,
    commands: removing(task, container, context),
    effects: [
      predicts(inspect(containerEngine(task, context), 'container', task.name), null),
      blurs(engineObject('container', textAt(container, 'Id'))),
      mayAlter('network:', engineObject('network', '*'), engineObject('volume', '*')),
    ],
  };
}
