import { readFileSync } from 'node:fs';
import type { Diagnostic } from '../../core/source.ts';
import { formatDiagnostic } from '../format-diagnostic.ts';
import { isEnvelope } from '../vault/envelope.ts';

/** What a command has of the world: where it writes, what it reads, who it can ask. */
export interface CommandIo {
  readonly stdout: { write(text: string | Uint8Array): unknown };
  readonly stderr: { write(text: string | Uint8Array): unknown };
  readonly stdin: AsyncIterable<Uint8Array | string>;
  /** Whether a person watches. */
  readonly isTTY: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Whether we were called by the name of one of Ansible's programs. */
  readonly asAnsible?: boolean;
  /** Asks without showing what is typed. */
  askSecret(question: string): Promise<string>;
}

/** All of standard input. */
export async function readStdin(io: Pick<CommandIo, 'stdin'>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of io.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

const PREFIX = { error: 'ERROR! ', warning: '[WARNING]: ' } as const;

/** Writes diagnostics as people and scripts around Ansible know them, with an excerpt where there is a place; gives back the exit code. */
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

// Of a file under Ansible Vault no line is worth showing.
function textOf(file: string): string | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    return isEnvelope(text) || text.includes('\0') ? undefined : text;
  } catch {
    // An excerpt is a help, not a duty.
    return undefined;
  }
}
