import { containerNamed } from './containers.ts';
import { enter } from './enter.ts';
import { initOf } from './host.ts';
import type { Ended } from './run-command.ts';

/** Run a POSIX shell script as root in a running lab host or container, without ssh. */
export async function labExec(host: string, script: string, input: string | Uint8Array = ''): Promise<Ended> {
  const container = containerNamed(host);
  const init = initOf(container?.node ?? host);
  if (init === undefined)
    throw new Error(`the lab host ${container?.node ?? host} is not running: run lab up ${container?.node ?? host}`);
  return enter(init, [...(container ? ['pct', 'exec', container.id, '--'] : []), 'sh', '-c', script], input);
}
