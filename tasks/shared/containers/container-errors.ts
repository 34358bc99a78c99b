import { wrongComparison } from './container-differences.ts';
import { networkModeOf } from './container-networks.ts';
import { commandWords, sharedContainers } from './container-options.ts';
import { type ContainerTask, configurationParams } from './container-params.ts';
import { wrongPort } from './container-ports.ts';
import type { ContainerAnswers } from './container-situation.ts';
import { bytesIn, nanosecondsIn } from './sizes.ts';

/** The error in the parameters of a container, if any. */
export function wrongParameter(task: ContainerTask): string | undefined {
  const comparable = [...Object.keys(configurationParams), 'networks', 'image'];
  const comparison = wrongComparison(task.comparisons, comparable);
  if (comparison !== undefined) return comparison;
  const sizes = ['memory', 'memory_reservation', 'memory_swap', 'kernel_memory', 'shm_size'] as const;
  const size = sizes.find((name) => task[name] !== undefined && bytesIn(task[name]) === undefined);
  if (size !== undefined) return `Failed to convert ${size} to bytes: ${task[size]}`;
  const times = ['interval', 'timeout', 'start_period', 'start_interval'] as const;
  const time = times.find((name) => {
    const text = task.healthcheck?.[name];
    return text !== undefined && nanosecondsIn(text) === undefined;
  });
  if (time !== undefined)
    return `Cannot parse time in healthcheck.${time}: "${task.healthcheck?.[time]}" is not such as 1m30s`;
  const port = wrongPort(task);
  if (port !== undefined) return `Invalid port description "${port}" - expected [[ADDRESS:]HOSTPORT:]PORT[/PROTOCOL]`;
  if (task.command !== undefined && commandWords(task.command) === undefined)
    return `No closing quotation in: ${String(task.command)}`;
  const other = task.networks?.find(
    ({ name, mac_address }) => mac_address !== undefined && name !== networkModeOf(task),
  );
  if (other !== undefined)
    return `networks: the client can only set a mac_address in the first network, not in ${other.name}`;
  return task.restart_retries !== undefined && task.restart_policy === undefined
    ? 'restart_retries needs restart_policy'
    : undefined;
}

/** What the task needs on the host and is not there, if anything. */
export function missingForContainer(state: ContainerAnswers, task: ContainerTask): string | undefined {
  const network = task.networks?.find(({ name }) => state[`network ${name}`] === null);
  if (network !== undefined) return `Parameter error: network named ${network.name} could not be found. Does it exist?`;
  const other = sharedContainers(task).find((name) => state[`shared ${name}`] === null);
  if (other !== undefined) return `No such container: ${other}`;
  if (task.env_file !== undefined && state.file?.bytes === undefined)
    return `env_file: there is no file ${task.env_file}`;
  if (state.container === null && task.image === undefined)
    return 'Cannot create container when image is not specified!';
  return undefined;
}
