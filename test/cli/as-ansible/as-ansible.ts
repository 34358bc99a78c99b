import { spawn } from 'node:child_process';
import { Rig, type Said } from '../rig.ts';

/**
 * Runs `play.yml` from these files as `ansible-playbook` on the local hosts a, b and c, and returns what it reported. The inline snapshots
 * of these tests are what Ansible itself reported: with `ANSIBLE_PLAYBOOK=/usr/bin/ansible-playbook` (2.14) in the environment, that
 * program is run instead, and must pass as well.
 */
export async function play(files: Readonly<Record<string, string>>, ...args: string[]): Promise<string> {
  using rig = new Rig().write({ inv: inventory, ...files });
  const said = await run(rig, ['-i', 'inv', 'play.yml', ...args]);
  return [...told(said.stdout), ...complaints(said), `exit ${said.code}`].join('\n').replaceAll(rig.folder, 'FOLDER');
}

const inventory = ['a', 'b', 'c'].map((host) => `${host} ansible_connection=local\n`).join('');

function run(rig: Rig, args: readonly string[]): Promise<Said> {
  const real = process.env['ANSIBLE_PLAYBOOK'];
  const env = { ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3', ANSIBLE_DEPRECATION_WARNINGS: 'False', COLUMNS: '79' };
  if (real === undefined) return rig.run(args, { calledAs: 'ansible-playbook', env });
  const child = spawn(real, args, {
    cwd: rig.folder,
    env: { PATH: process.env['PATH'], HOME: rig.folder, LANG: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (said.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (said.stderr += String(chunk)));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code: code ?? -1, ...said })));
}

/** `TASK: HOST STATUS MESSAGE, …` for each heading, and the recap. */
function told(stdout: string): string[] {
  const lines: string[] = [];
  let heading = '';
  let hosts: string[] = [];
  const end = () => {
    if (hosts.length > 0) lines.push(`${heading}: ${hosts.sort().join(', ')}`);
    hosts = [];
  };
  // Ansible prints a heading for each batch of a play, and for each host that skips a meta task; we print one.
  const isAgain = (next: string) => next === 'meta' && heading === 'meta';
  for (const line of stdout
    .replace(/ => \{\n[\s\S]*?\n\}/g, (body) => ` => ${JSON.stringify(JSON.parse(body.slice(4)))}`)
    .split('\n')) {
    const head = /^(?:TASK|RUNNING HANDLER) \[(.*)\] \*+$/.exec(line) ?? /^(PLAY) (?:\[|RECAP)/.exec(line);
    const result = /^(ok|changed|failed|fatal|skipping|included): (?:\[([^\]]*)\])?(.*)$/.exec(line);
    const recap = /^(\S+)\s+: (ok=\d.*)$/.exec(line);
    if (head !== null && !isAgain(head[1]!)) {
      end();
      heading = line.startsWith('RUNNING') ? `handler ${head[1]}` : head[1]!;
      const played = /^PLAY \[(.*)\]/.exec(line)?.[1];
      if (played !== undefined && !lines.includes(`play ${played}`)) lines.push(`play ${played}`);
    } else if (result?.[2] !== undefined)
      hosts.push(`${result[2]} ${result[1]}${itemOf(result[3]!)}${messageOf(result[3]!)}`);
    else if (line === '...ignoring') hosts.push(`${hosts.pop()} (ignored)`);
    else if (recap !== null) lines.push(`${recap[1]}: ${recap[2]!.match(/\w+=[1-9]\d*/g)?.join(' ') ?? ''}`);
  }
  end();
  return lines;
}

const itemOf = (rest: string): string => {
  const item = /\(item=(.*?)\)(?: =>|$)/.exec(rest);
  return item === null ? '' : ` (${item[1]})`;
};

/** The text of a result: its message, or what `debug` shows. */
function messageOf(rest: string): string {
  const json = / => (\{.*\})$/.exec(rest)?.[1];
  if (json === undefined) return '';
  const { msg, changed, ...shown } = JSON.parse(json) as Record<string, unknown>;
  if (msg !== undefined) return ` ${JSON.stringify(msg)}`;
  return changed === undefined ? ` ${JSON.stringify(shown)}` : '';
}

const complaints = ({ stdout, stderr }: Said): string[] =>
  `${stdout}\n${stderr}`.split('\n').filter((line) => line.startsWith('ERROR! '));
