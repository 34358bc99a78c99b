import { readFileSync } from 'node:fs';
import type { Diagnostic } from '../../core/source.ts';
import { formatDiagnostic } from '../format-diagnostic.ts';
import { isEnvelope } from '../vault/envelope.ts';

/** The surroundings of a command: streams, directory, environment, and prompts. */
export interface CommandIo {
  readonly stdout: { write(text: string | Uint8Array): unknown };
  readonly stderr: { write(text: string | Uint8Array): unknown };
  readonly stdin: AsyncIterable<Uint8Array | string>;
  /** Whether a person is watching. */
  readonly isTTY: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Whether we were called by the name of one of Ansible's programs. */
  readonly asAnsible?: boolean;
  /** Asks for a secret without echoing what is typed. */
  askSecret(question: string): Promise<string>;
}

/** All of standard input. */
export async function readStdin(io: Pick<CommandIo, 'stdin'>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of io.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

const PREFIX = { error: 'ERROR! ', warning: '[WARNING]: ' } as const;

/** Writes diagnostics in the form that Ansible's users and scripts expect, with an excerpt if the place is known; returns the exit code. */
export function tell(io: Pick<CommandIo, 'stderr'>, diagnostics: readonly Diagnostic[], code: number): number {
  const texts = new Map<string, string | undefined>();
  const read = (file: string): string | undefined => {
    if (!texts.has(file)) texts.set(file, textOf(file));
    return texts.get(file);
  };
  for (const diagnostic of diagnostics)
    io.stderr.write(`${PREFIX[diagnostic.severity]}${formatDiagnostic(diagnostic, read)}\n`);
  return code;
}

// No line of a vault-encrypted file is worth showing.
function textOf(file: string): string | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    return isEnvelope(text) || text.includes('\0') ? undefined : text;
  } catch {
    // An excerpt is only a convenience.
    return undefined;
  }
}
