import { type Effect, mayAlter, predicts } from '../../../src/sdk.ts';
import { listInside } from '../json.ts';
import { containerEngine } from './container-command.ts';
import { connectionsOf } from './container-networks.ts';
import { type ContainerTask, configurationParams } from './container-params.ts';
import type { Situation } from './container-situation.ts';
import { engineObject, inspect } from './inspect.ts';
import { textAt } from './json.ts';

/** What stands for a container that a check foresees: two tasks with the same options mean the same container. */
export const containerKey = (task: ContainerTask): string => {
  const names = [...Object.keys(configurationParams), 'image', 'networks', 'default_host_ip'];
  return JSON.stringify(Object.entries(task).filter(([name]) => names.includes(name)));
};

/** What else a container changes: the networks it is in, the directories that it may write to, what can be reached. */
export function containerEffects(
  { state, task, context }: Situation,
  runs: boolean,
  isNew: boolean,
): readonly Effect[] {
  const { container } = state;
  const engine = containerEngine(task, context);
  const status = runs ? 'running' : 'exited';
  const networks = new Map([
    ...(isNew ? [] : connectionsOf(container)),
    ...(task.networks ?? []).map(({ name }) => [name, {}] as const),
  ]);
  const sources = [
    ...(task.volumes ?? []).flatMap((text) =>
      text.startsWith('/') && text.includes(':') ? [text.split(':')[0] ?? ''] : [],
    ),
    ...(task.mounts ?? []).flatMap(({ source }) => (source?.startsWith('/') === true ? [source] : [])),
    ...listInside(container, 'Mounts').map((mount) => textAt(mount, 'Source')),
  ];
  const isGone = !task.detach && runs && (task.cleanup || task.auto_remove === true);
  const foreseen = {
    ...(isNew ? { Id: '', Name: `/${task.name}`, Image: '' } : container),
    Foreseen: containerKey(task),
    State: { Running: runs && task.detach, Paused: task.paused === true, Status: task.detach ? status : 'exited' },
    NetworkSettings: { Networks: Object.fromEntries(networks) },
  };
  return [
    predicts(inspect(engine, 'container', task.name), isGone ? null : foreseen),
    mayAlter(
      'network:',
      engineObject('network', '*'),
      engineObject('volume', '*'),
      ...sources.filter((path) => path !== '').map((path) => `path:${path}`),
    ),
  ];
}
