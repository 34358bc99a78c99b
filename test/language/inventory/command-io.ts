import type { CommandIo } from '../../../src/language/config/command-io.ts';

/** An io that records what is written; `typed` contains the answers to its questions, in order. */
export function keepingIo({
  cwd,
  env = {},
  stdin = '',
  typed = [],
  asAnsible = false,
}: {
  cwd: string;
  env?: NodeJS.ProcessEnv;
  stdin?: string;
  typed?: string[];
  asAnsible?: boolean;
}) {
  const written = { stdout: '', stderr: '' };
  const answers = [...typed];
  const io: CommandIo = {
    stdout: { write: (text) => (written.stdout += text.toString()) },
    stderr: { write: (text) => (written.stderr += text.toString()) },
    stdin: (async function* () {
      yield Buffer.from(stdin);
    })(),
    isTTY: false,
    env: { HOME: '/nonexistent', PATH: process.env.PATH, ...env },
    cwd,
    asAnsible,
    askSecret: async () => answers.shift() ?? '',
  };
  return { io, written };
}
