import { spawnSync } from 'node:child_process';
import type { NotLookedAt } from '../audit/ask-hosts.ts';
import type { Connector, Endpoint } from '../core/session.ts';
import { markOf, recordedShell, resizeScript, type TerminalSize } from '../document/record/shell-text.ts';
import type { CallIo } from './command.ts';

interface Given {
  /** The name of the recording. */
  readonly name: string;
  readonly io: CallIo;
  readonly signal: AbortSignal;
}

/**
 * Connects this program's terminal, or its stdin, with a recorded shell on a host, until that ends. What the shell prints is painted as it is,
 * as `ssh` does: it is the host's own terminal. Returns the record, or why there is none. The terminal is as before afterwards, however it ends.
 */
export async function shellInTerminal(
  connector: Connector,
  endpoint: Endpoint,
  { name, io, signal }: Given,
): Promise<string | NotLookedAt> {
  const { stdin } = process;
  const size = stdin.isTTY === true && io.isTTY ? sizeOf() : undefined;
  const started = await connector.start(endpoint, recordedShell({ name, ...(size !== undefined && { size }) }), signal);
  if (!started.ok) return { failed: started.failure.message, unreachable: started.failure.reason !== 'unsupported' };
  const mark = markOf(name);
  let out = '';
  let isRecord = false;
  started.listen((stream, chunk) => {
    if (stream === 'stderr') return void io.stderr.write(size === undefined ? withoutNoise(chunk) : chunk);
    out += chunk.toString('latin1');
    if (isRecord) return;
    const at = out.indexOf(mark);
    // A part of the mark may have arrived; a shell's last words never end in one.
    const sure = at >= 0 ? at : out.length - longestStart(out, mark);
    io.stdout.write(Buffer.from(out.slice(0, sure), 'latin1'));
    out = out.slice(sure);
    isRecord = at >= 0;
  });
  const send = (chunk: Buffer): void => void started.stdin.write(chunk);
  const finish = (): void => void started.stdin.end();
  const resize = (): void => void tellSize(connector, endpoint, name);
  const saved = size === undefined ? '' : stty('-g').trim();
  const restore = (): void => {
    if (saved !== '') stty(saved);
  };
  signal.addEventListener('abort', started.destroy);
  process.once('exit', restore);
  if (size !== undefined) {
    stty('raw', '-echo');
    process.stdout.on('resize', resize);
  }
  stdin.on('data', send);
  stdin.once('end', finish);
  try {
    const { code, message } = await started.ended;
    const [, record] = out.split(mark);
    if (record !== undefined) return Buffer.from(record, 'latin1').toString('utf8');
    return { failed: `the shell left no record: ${message}`, unreachable: code === undefined };
  } finally {
    restore();
    process.off('exit', restore);
    process.stdout.off('resize', resize);
    stdin.off('data', send).off('end', finish);
    stdin.pause();
    signal.removeEventListener('abort', started.destroy);
  }
}

/** Sets or prints the modes of this terminal. Node's own raw mode still turns line feeds into more, which editors do not expect. */
const stty = (...words: readonly string[]): string =>
  spawnSync('stty', words, { stdio: ['inherit', 'pipe', 'inherit'], encoding: 'utf8' }).stdout ?? '';

/** What bash says of having no terminal, and at the end. */
const withoutNoise = (chunk: Buffer): Buffer =>
  Buffer.from(
    chunk
      .toString('latin1')
      .replace(/^bash: (?:cannot set terminal process group .*|no job control in this shell)\n|^exit\n$/gm, ''),
    'latin1',
  );

const sizeOf = (): TerminalSize => ({ rows: process.stdout.rows || 24, columns: process.stdout.columns || 80 });

/** Over a second shell, because what is typed in the first one belongs to a person. */
async function tellSize(connector: Connector, endpoint: Endpoint, name: string): Promise<void> {
  const opened = await connector.open(endpoint);
  if (opened.ok) await opened.session.exchange([{ script: resizeScript(name, sizeOf()), deadlineMs: 5000 }]);
}

/** How much of the end of a text may be the beginning of a mark. */
function longestStart(text: string, mark: string): number {
  for (let length = Math.min(mark.length - 1, text.length); length > 0; length--)
    if (text.endsWith(mark.slice(0, length))) return length;
  return 0;
}
