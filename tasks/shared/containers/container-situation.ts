import type { Content, ShellAnswer, TaskContext } from '../../../src/sdk.ts';
import { variablesInFile } from './client-environment.ts';
import type { OptionDifference } from './container-differences.ts';
import { containerOptions, sharedContainers } from './container-options.ts';
import type { ContainerTask } from './container-params.ts';
import type { Inspected } from './inspect.ts';
import { textAt } from './json.ts';

/** What the host tells about a container, its image and what else it needs. */
export interface ContainerAnswers {
  readonly container: Inspected;
  readonly image: Inspected | undefined;
  /** `env_file`. */
  readonly file: Content | undefined;
  /** What the registry tells about the image. */
  readonly offer: ShellAnswer | undefined;
  /** The image that the existing container has. */
  readonly current?: Inspected | undefined;
  readonly [network: `network ${string}`]: Inspected;
  readonly [shared: `shared ${string}`]: Inspected;
}

/** How an existing container differs from what is wanted; without an option, only a new container can have it. */
export interface ContainerDifference extends Pick<OptionDifference, 'what' | 'from' | 'to'> {
  readonly option?: OptionDifference['option'];
}

/** A container as it is, and how it differs. */
export interface Situation {
  readonly state: ContainerAnswers;
  readonly task: ContainerTask;
  readonly context: TaskContext;
  /** The image that the container should have, once it has been pulled. */
  readonly image: Inspected | undefined;
  readonly differences: readonly ContainerDifference[];
}

/** The options that are given, compared with the container and the image that `image_comparison` means. */
export const containerOptionsOf = (state: ContainerAnswers, task: ContainerTask, image: Inspected | undefined) =>
  containerOptions(task, {
    container: state.container,
    image: (task.image_comparison === 'current-image' ? state.current : image) ?? null,
    fileVariables: variablesInFile(state.file),
    ids: Object.fromEntries(
      sharedContainers(task).map((name) => [name, textAt(state[`shared ${name}`], 'Id') || name]),
    ),
  });
