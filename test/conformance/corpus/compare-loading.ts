import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** CPU seconds that `--syntax-check` of a repository's playbooks takes with ansible-playbook, and with `run`, which checks more. */
export interface Loading {
  readonly playbooks: number;
  readonly theirs: number;
  readonly asAnsible: number;
  readonly asRun: number;
}

const ansiblePlaybook = '/usr/bin/ansible-playbook';

/** How many playbooks of a repository are loaded at most. */
const MOST = 10;

/** Times the loading of playbooks at a repository's top level; undefined if there are none that both programs accept. */
export function compareLoading(root: string, program: string): Loading | undefined {
  const syntaxCheck = ['--syntax-check', '-i', 'localhost,'];
  const accepted = (name: string): boolean =>
    cpuSeconds(root, [ansiblePlaybook, ...syntaxCheck, name], 1) !== undefined;
  const playbooks = existsSync(ansiblePlaybook) ? playbooksOf(root).slice(0, MOST).filter(accepted) : [];
  if (playbooks.length === 0) return undefined;
  const words = [...syntaxCheck, ...playbooks];
  const theirs = cpuSeconds(root, [ansiblePlaybook, ...words], 2);
  if (theirs === undefined) return undefined;
  const asAnsible = cpuSeconds(
    root,
    ['env', 'RETRACE_CALLED_AS=ansible-playbook', process.execPath, program, ...words],
    5,
  );
  // It loads them, and afterwards may report task types that it does not have.
  const asRun = cpuSeconds(root, ['sh', '-c', '"$@"; true', 'sh', process.execPath, program, ...words], 5);
  if (asAnsible === undefined || asRun === undefined) return undefined;
  return { playbooks: playbooks.length, theirs, asAnsible, asRun };
}

const playbooksOf = (root: string): readonly string[] =>
  readdirSync(root)
    .filter((name) => /^[^._].*\.ya?ml$/.test(name))
    .filter((name) =>
      /^(- | {2})(hosts|import_playbook|ansible\.builtin\.import_playbook):/m.test(
        readFileSync(join(root, name), 'utf8'),
      ),
    );

/** The minimum over several runs, user and system time combined; undefined if the program rejects what it loads. */
function cpuSeconds(cwd: string, command: readonly string[], turns: number): number | undefined {
  const seconds: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const script = '"$@" >/dev/null 2>&1 || exit 1; times';
    const { status, stdout } = spawnSync('sh', ['-c', script, 'sh', ...command], { cwd, encoding: 'utf8' });
    if (status !== 0) return undefined;
    // The second line is about the shell's children: user time, then system time.
    seconds.push(
      [...stdout.split('\n')[1]!.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
        (sum, [, m, s]) => sum + Number(m) * 60 + Number(s),
        0,
      ),
    );
  }
  return Math.min(...seconds);
}
