import type { Reply } from '../../src/core/session.ts';
import type { AnyTaskType } from '../../src/core/task-type.ts';
import type { Converged } from '../../src/engine/host/converge.ts';
import { labExec, labHost } from '../../src/lab/index.ts';
import { runHere } from '../tasks/harness.ts';

export { outcomeOf } from '../tasks/outcome.ts';

/** The lab host that the system task types are tested on. */
export const systemHost = 'system';

/** Runs a script as root on the host. */
export async function sh(script: string, stdin?: Uint8Array | string): Promise<Reply> {
  const { code, stdout, stderr } = await labExec(systemHost, script, stdin);
  return { code: code ?? 255, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) };
}

/** The output of a script on the host. */
export const said = async (script: string): Promise<string> => (await sh(script)).stdout.toString().trim();

/** Runs a task on the host, as the engine does. */
export const runThere = (type: AnyTaskType, args: object, options: { check?: boolean } = {}): Promise<Converged> =>
  runHere(type, args as Record<string, unknown>, { ...options, sh });

/** Makes sure the host is running. */
export const upHost = (): Promise<unknown> => labHost(systemHost);
