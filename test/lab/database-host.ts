import { quote } from '../../src/core/command.ts';
import type { Reply } from '../../src/core/session.ts';
import type { AnyTaskType } from '../../src/core/task-type.ts';
import type { Converged, Target } from '../../src/engine/host/converge.ts';
import { labExec, labHost } from '../../src/lab/index.ts';
import { localTarget, runAllHere, runHere } from '../tasks/harness.ts';
import { outcomeOf } from './system-host.ts';

const host = 'databases';

/** Runs a script on the host with database servers, as a user. */
export async function shAs(user: string, script: string, stdin?: Uint8Array | string): Promise<Reply> {
  const as = user === 'root' ? script : `cd /; su -s /bin/sh ${user} -c ${quote(script)}`;
  const { code, stdout, stderr } = await labExec(host, as, stdin);
  return { code: code ?? 255, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) };
}

/** What is needed for tests of one kind of server, whose tasks run as one user. */
export const as = (user: string) => {
  const sh = (script: string, stdin?: Uint8Array | string): Promise<Reply> => shAs(user, script, stdin);
  return {
    sh,
    said: async (script: string, stdin?: string): Promise<string> => {
      const { stdout, stderr } = await sh(script, stdin);
      return `${stdout}${stderr}`.trim();
    },
    run: (type: AnyTaskType, args: object, options: { check?: boolean } = {}): Promise<Converged> =>
      runHere(type, args as Record<string, unknown>, { ...options, sh }),
    /** A check of several tasks, in which each builds on what is predicted for those before it. */
    checkAll: (tasks: readonly (readonly [AnyTaskType, Readonly<Record<string, unknown>>])[]) =>
      runAllHere(tasks, { check: true, target: target(sh) }),
  };
};

const target = (sh: (script: string, stdin?: Uint8Array | string) => Promise<Reply>): Target => localTarget(sh);

/** Starts the host, and installs packages that are missing. */
export async function upWith(...packages: readonly string[]): Promise<void> {
  await labHost(host);
  const { code, stdout, stderr } = await labExec(
    host,
    `dpkg-query -W ${packages.join(' ')} >/dev/null 2>&1 || {
      apt-get update && DEBIAN_FRONTEND=noninteractive apt-get -y --no-install-recommends install ${packages.join(' ')}
    }`,
  );
  if (code !== 0) throw new Error(`${stdout}${stderr}`);
}

type Run = ReturnType<typeof as>['run'];

/** The outcomes of a check, of the run and of a second run. */
export const threeRunsOf =
  (run: Run) =>
  async (type: AnyTaskType, args: object): Promise<readonly (readonly string[])[]> => {
    const ended: (readonly string[])[] = [];
    for (const check of [true, false, false]) ended.push(outcomeOf(await run(type, args, { check })));
    return ended;
  };

/** The three outcomes if there is something to change. */
export const changing = (...changes: readonly unknown[]): readonly unknown[] => [
  ['changed', ...changes],
  ['changed', ...changes],
  ['ok'],
];
