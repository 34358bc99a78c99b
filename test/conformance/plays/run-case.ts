import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Case, writeCase } from './case.ts';
import { filesBelow } from './files.ts';
import { type Seen, seenByCallback, seenByEvents } from './seen.ts';

/** Runs `ansible-playbook` with these arguments in a directory, and gives its exit code. */
export type Program = (run: Run) => Promise<number>;

interface Run {
  readonly folder: string;
  readonly args: readonly string[];
  /** The files for its output, and for what it tells of each task. */
  readonly output: string;
  readonly told: string;
}

/** Where cases are run: each in a directory of its own, the same for both programs, so that no path differs. */
export interface Place {
  readonly directory: string;
  /** A directory filled by `makeSources`. */
  readonly sources: string;
}

/** What a program does with a case. */
export async function seenWith(side: 'ours' | 'theirs', program: Program, one: Case, place: Place): Promise<Seen> {
  const directory = join(place.directory, `case-${one.number}`);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  writeCase(one, directory, place.sources);
  const folder = join(directory, 'play');
  const output = join(place.directory, `${one.number}-${side}.log`);
  const told = join(place.directory, `${one.number}-${side}.json`);
  const args = ['-i', 'inventory.yaml', 'play.yaml', ...one.options];
  const exitCode = await program({ folder, args, output, told });
  const lines = existsSync(told) ? readFileSync(told, 'utf8') : '';
  const seen = (side === 'ours' ? seenByEvents : seenByCallback)(lines, folder);
  const files = filesBelow(directory);
  const log = readFileSync(output, 'utf8');
  // A task that a play no longer waited for may still write.
  for (const path of [output, told, directory])
    rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  return {
    exitCode,
    ...seen,
    files: Object.fromEntries(Object.entries(files).filter(([path]) => !/^(play|home)\//.test(path))),
    output: log,
  };
}

/** Our program, under Ansible's name. */
export const ours =
  (program: string): Program =>
  ({ folder, args, output, told }) => {
    const child = spawn('sh', ['-c', 'exec "$@" >"$0" 2>&1', output, process.execPath, program, ...args], {
      cwd: folder,
      env: { ...environment(), RETRACE_CALLED_AS: 'ansible-playbook', RETRACE_EVENTS: told },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    return new Promise((resolve) => child.on('close', (code) => resolve(code ?? -1)));
  };

/** Debian's Ansible: a process that runs one playbook after the other. */
export class Ansible {
  readonly #child: ChildProcess;
  readonly #codes: AsyncIterator<string>;

  constructor(scripts: string, directory: string) {
    for (const name of ['remote', 'local']) mkdirSync(join(directory, name), { recursive: true });
    const child = spawn('/usr/bin/python3', [join(scripts, 'real.py')], {
      env: {
        ...environment(),
        ANSIBLE_PIPELINING: '1',
        ANSIBLE_CALLBACK_PLUGINS: join(scripts, 'callback'),
        ANSIBLE_CALLBACKS_ENABLED: 'tell_results',
        ANSIBLE_REMOTE_TEMP: join(directory, 'remote'),
        ANSIBLE_LOCAL_TEMP: join(directory, 'local'),
        ANSIBLE_RETRY_FILES_ENABLED: '0',
        ...(process.env['PLAYS_PLAIN'] === undefined ? {} : { PLAYS_PLAIN: '1' }),
        // Bytecode of the plugin would lie beside it, in the project.
        PYTHONDONTWRITEBYTECODE: '1',
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child = child;
    this.#codes = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  readonly run: Program = async (run) => {
    this.#child.stdin?.write(`${JSON.stringify(run)}\n`);
    const { value, done } = await this.#codes.next();
    if (done) throw new Error('the process that runs Ansible has ended');
    return Number(value);
  };

  end(): void {
    this.#child.stdin?.end();
  }
}

/** The same for both, whatever the machine's is. */
const environment = (): NodeJS.ProcessEnv => ({
  PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
  HOME: process.env['HOME'] ?? '/',
  LC_ALL: 'C.UTF-8',
  TZ: 'UTC',
  NO_COLOR: '1',
  ANSIBLE_NOCOLOR: '1',
});
