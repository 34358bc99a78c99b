import { formatOptions } from '../core/command-line.ts';
import { ansibleFace, run } from './face.ts';
import { runOptions } from './options.ts';
import { askSecret, endPrompts } from './prompt.ts';
import { version } from './version.ts';

/** What commands have of the world. */
const io = {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  get isTTY(): boolean {
    return process.stdout.isTTY === true;
  },
  env: process.env,
  cwd: process.cwd(),
  askSecret,
};

interface Command {
  readonly name: string;
  readonly usage: string;
  readonly help: string;
  /** What its first word may be. */
  readonly words?: readonly string[];
  readonly run: (argv: readonly string[]) => Promise<number>;
}

const vault = async (argv: readonly string[], asAnsible = false): Promise<number> =>
  (await import('../language/vault/vault-command.ts')).vaultCommand(argv, { ...io, asAnsible });
const inventory = async (argv: readonly string[], asAnsible = false): Promise<number> =>
  (await import('../language/inventory/inventory-command.ts')).inventoryCommand(argv, { ...io, asAnsible });

/** The commands besides running playbooks. */
const commands: readonly Command[] = [
  {
    name: 'vars',
    usage: 'vars HOST [NAME]',
    help: 'each variable of a host, where its value comes from, and what that hides',
    run: async (argv) =>
      (await import('../language/variables/vars-command.ts')).varsCommand(argv, {
        ...io,
        plugins: async (folder) => (await import('./own-plugins.ts')).loadOwnPlugins([folder]),
      }),
  },
  {
    name: 'inventory',
    usage: 'inventory --list|--graph|--host HOST',
    help: 'the inventory, as ansible-inventory prints it',
    run: (argv) => inventory(argv),
  },
  {
    name: 'vault',
    usage: 'vault create|view|edit|encrypt|decrypt|rekey|encrypt_string',
    help: 'secrets under Ansible Vault',
    words: ['create', 'view', 'edit', 'encrypt', 'decrypt', 'rekey', 'encrypt_string'],
    run: (argv) => vault(argv),
  },
  {
    name: 'lint',
    usage: 'lint PLAYBOOK...',
    help: 'mistakes that bite later',
    run: async (argv) => (await import('./lint-command.ts')).lintCommand(argv),
  },
  {
    name: 'doc',
    usage: 'doc [TYPE]',
    help: 'the task types, or one with its parameters and examples',
    run: async (argv) => (await import('./doc-command.ts')).docCommand(argv),
  },
  {
    name: 'lab',
    usage: 'lab up|status|reset|ssh|do|down',
    help: 'real hosts on this machine to try things on',
    words: ['up', 'status', 'reset', 'ssh', 'exec', 'do', 'down'],
    run: async (argv) => (await import('../lab/index.ts')).labCommand([...argv], io),
  },
  {
    name: 'link-ansible',
    usage: 'link-ansible DIRECTORY',
    help: 'make links named ansible, ansible-playbook, ansible-inventory and ansible-vault to this program',
    run: async (argv) => (await import('./link-ansible.ts')).linkAnsible(argv, Object.keys(faces)),
  },
  {
    name: 'completion',
    usage: 'completion bash|zsh|fish',
    help: 'completion for your shell: eval "$(run completion bash)"',
    words: ['bash', 'zsh', 'fish'],
    run: async (argv) =>
      (await import('./completion.ts')).completionCommand(
        argv,
        Object.fromEntries(commands.map(({ name, words = [] }) => [name, words])),
      ),
  },
];

/** What we answer when called by the name of one of Ansible's programs. */
const faces: Readonly<Record<string, (argv: readonly string[]) => Promise<number>>> = {
  'ansible-playbook': async (argv) =>
    (await import('./play-command.ts')).playCommand(argv, ansibleFace('ansible-playbook'), () =>
      playbookHelp('ansible-playbook'),
    ),
  ansible: async (argv) => (await import('./ad-hoc.ts')).adHocCommand(argv, ansibleFace('ansible')),
  'ansible-inventory': (argv) => versioned('ansible-inventory', argv, (rest) => inventory(rest, true)),
  'ansible-vault': (argv) => versioned('ansible-vault', argv, (rest) => vault(rest, true)),
};

const versioned = async (
  name: string,
  argv: readonly string[],
  command: (argv: readonly string[]) => Promise<number>,
): Promise<number> => (argv[0] === '--version' ? print(`${ansibleFace(name).version}\n`) : command(argv));

/** Answer as the program that we were called as. */
export async function runCommand(calledAs: string, argv: readonly string[]): Promise<number> {
  const face = faces[calledAs];
  if (face !== undefined) return face(argv).finally(endPrompts);
  const [first, ...others] = argv;
  const command = commands.find(({ name }) => name === first);
  if (command !== undefined) return command.run(others).finally(endPrompts);
  if (first === undefined || first === 'help') {
    const about = commands.find(({ name }) => name === others[0]);
    if (about !== undefined) return about.run(['--help']);
    print(help());
    return first === undefined ? 1 : 0;
  }
  return (await import('./play-command.ts')).playCommand(
    argv,
    run,
    help,
    commands.map(({ name }) => name),
  );
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

const playbookHelp = (name: string): string => `usage: ${name} PLAYBOOK... [options]

options:
${formatOptions(runOptions)}
`;

const help =
  (): string => `Retrace ${version}: retraces the steps of an install document on real servers, and tells where they have strayed from it since.

usage: run PLAYBOOK... [options]
${commands.map(({ usage }) => `       run ${usage}`).join('\n')}

  run playbooks/off1-proxy.yaml              bring the servers to what the document describes
  run playbooks/off1-proxy.yaml --check      audit: what has drifted since?
  run playbooks/off1-proxy.yaml --tags ssl   only the SSL steps again

commands:
${commands.map(({ name, help: about }) => `  ${name.padEnd(12)}${about}`).join('\n')}

options:
${formatOptions(runOptions)}

exit codes: 0 done (a check: in order), 1 error, 2 a task failed (a check: drift), 3 a check knows too little, 4 unreachable
`;
