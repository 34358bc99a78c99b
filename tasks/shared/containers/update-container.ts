import type { Change } from '../../../src/sdk.ts';
import { jsonAt } from '../json.ts';
import { onEngine } from './container-command.ts';
import { comparisonFor } from './container-differences.ts';
import { containerEffects } from './container-effects.ts';
import { connectedTo, connectionDifference, connectionsOf } from './container-networks.ts';
import type { ContainerDifference, Situation } from './container-situation.ts';
import { toldDifferences } from './differing-container.ts';

/** Whether an existing container can be changed to remove all differences; otherwise, a new one must be created. */
export const isUpdatable = (differences: readonly ContainerDifference[]): boolean =>
  differences.every(({ option }) => option?.updates === true);

/** What is changed in an existing container: its options, and the networks that it is connected to. */
export function containerUpdates(situation: Situation): readonly Change[] {
  const { state, task, context, differences } = situation;
  const isRunning = jsonAt(state.container, 'State', 'Running') === true;
  const flags = differences.flatMap(({ option }) => option?.flags ?? []);
  const options = toldDifferences(situation).map((change, index) => ({
    ...change,
    commands: index === 0 ? [onEngine(task, context, ['update', ...flags, '--', task.name])] : [],
    effects: containerEffects(situation, isRunning, false),
  }));
  return [...options, ...connectionChanges(situation, isRunning)];
}

/** Networks of an existing container: it is connected anew where something differs. */
function connectionChanges(situation: Situation, isRunning: boolean): readonly Change[] {
  const { state, task, context } = situation;
  const { container } = state;
  if (task.networks === undefined || comparisonFor('networks', 'set', task.comparisons) === 'ignore') return [];
  if (jsonAt(container, 'Foreseen') !== undefined) return [];
  const there = connectionsOf(container);
  const effects = containerEffects(situation, isRunning, false);
  const leave = (name: string) => onEngine(task, context, ['network', 'disconnect', '--', name, task.name]);
  const joining = task.networks.flatMap((network): readonly Change[] => {
    const what = `network ${network.name} of container ${task.name}`;
    const join = onEngine(task, context, [
      'network',
      'connect',
      ...connectedTo(network),
      '--',
      network.name,
      task.name,
    ]);
    if (!there.has(network.name)) return [{ what, from: null, to: 'connected', commands: [join], effects }];
    const differs = connectionDifference(network, there.get(network.name));
    return differs === undefined
      ? []
      : [{ what, from: 'connected', to: differs, commands: [leave(network.name), join], effects }];
  });
  const strictly = task.purge_networks || comparisonFor('networks', 'set', task.comparisons) === 'strict';
  const extra = strictly ? [...there.keys()].filter((name) => !task.networks?.some((one) => one.name === name)) : [];
  return [
    ...joining,
    ...extra.map((name) => ({
      what: `network ${name} of container ${task.name}`,
      from: 'connected',
      to: null,
      commands: [leave(name)],
      effects,
    })),
  ];
}
