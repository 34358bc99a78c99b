import type { Change } from '../../../src/sdk.ts';
import { jsonAt } from '../json.ts';
import { comparisonFor, optionDifferences } from './container-differences.ts';
import { containerKey } from './container-effects.ts';
import { imageDifferences } from './container-image.ts';
import { networkModeOf } from './container-networks.ts';
import type { ContainerTask } from './container-params.ts';
import {
  type ContainerAnswers,
  type ContainerDifference,
  containerOptionsOf,
  type Situation,
} from './container-situation.ts';
import type { Inspected } from './inspect.ts';
import { textAt } from './json.ts';

/** How an existing container differs in what only a new one can have or an update can set; undefined if that is not known. */
export function differencesOf(
  state: ContainerAnswers,
  task: ContainerTask,
  image: Inspected | undefined,
): readonly ContainerDifference[] | undefined {
  const { container } = state;
  if (container === null) return [];
  const foreseen = jsonAt(container, 'Foreseen');
  if (foreseen !== undefined) return foreseen === containerKey(task) ? [] : undefined;
  const options = containerOptionsOf(state, task, image);
  return [
    ...imageDifferences(container, task, image),
    ...networkModeDifferences(state, task),
    ...options.flatMap((option) => optionDifferences(option, task.comparisons)),
    ...(task.recreate ? [{ what: 'container', from: 'present', to: 'created again' }] : []),
  ];
}

function networkModeDifferences(state: ContainerAnswers, task: ContainerTask): readonly ContainerDifference[] {
  const wanted = networkModeOf(task)?.replace(
    /^container:(.*)$/,
    (_, name: string) => `container:${textAt(state[`shared ${name}`], 'Id')}`,
  );
  if (wanted === undefined || comparisonFor('network_mode', 'value', task.comparisons) === 'ignore') return [];
  const is = textAt(state.container, 'HostConfig', 'NetworkMode');
  const id = textAt(state[`network ${wanted}`], 'Id');
  const same = (name: string) => (name === 'default' ? 'bridge' : name);
  return same(is) === same(wanted) || (id !== '' && is === id) ? [] : [{ what: 'network_mode', from: is, to: wanted }];
}

/** What is reported about the differences of a container. */
export const toldDifferences = ({ task, differences }: Situation): readonly Change[] =>
  differences.map(({ what, from, to }) => ({
    what: what === 'container' ? `container ${task.name}` : `${what} of container ${task.name}`,
    from,
    to,
    commands: [],
    effects: [],
  }));
