import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSystemError } from '../../core/system-error.ts';
import { TemplateError } from '../../template/index.ts';
import type { Json } from './pack.ts';
import { PYTHON_DRIVER } from './python-driver.ts';

/** A message to or from the Python process. */
export type Message = Readonly<Record<string, Json>>;

/** The Python process that runs the user's plugins. */
export interface PythonProcess {
  /** Sends a request and waits for the response. `answer` is called for what the plugin asks for in the meantime. */
  request(message: Message, answer: (asked: Message) => Message): Message;
}

/** Prepares a Python process. It starts with the first request, and starts anew if it has ended. */
export function pythonProcess(setUp: Message): PythonProcess {
  let channel: Channel | undefined;
  const start = (): Channel => {
    const started = openChannel();
    started.send(PYTHON_DRIVER);
    started.send({ do: 'set up', ...setUp });
    started.receive();
    return started;
  };
  return {
    request(message, answer) {
      channel ??= start();
      // An interrupt from the keyboard ends it too, while tasks that have begun still go on.
      if (!channel.send(message)) channel = start();
      else return exchange(channel, answer);
      channel.send(message);
      return exchange(channel, answer);
    },
  };
}

function exchange(channel: Channel, answer: (asked: Message) => Message): Message {
  for (;;) {
    const received = channel.receive();
    if (received === undefined) throw new TemplateError('python3 has ended before it gave a result', 'python');
    if (!('ask' in received)) return received;
    channel.send(answer(received));
  }
}

/** Lines of JSON in both directions, read and written synchronously, because templates are evaluated synchronously. */
interface Channel {
  /** Sends a message, and returns whether the process is still there to receive it. */
  send(message: Json): boolean;
  /** The next message; undefined if the process has ended. */
  receive(): Message | undefined;
}

// The imports come from the folders of Python, not from the current directory.
const BOOTSTRAP =
  "import sys; sys.path = [path for path in sys.path if path]; import json, os; RECEIVE = os.fdopen(3, 'rb'); exec(json.loads(RECEIVE.readline()), dict(globals(), __name__='retrace'))";

function openChannel(): Channel {
  const folder = mkdtempSync(join(tmpdir(), 'retrace-python-'));
  try {
    const [requests, responses] = [makePipe(join(folder, 'requests')), makePipe(join(folder, 'responses'))];
    const child = spawn('python3', ['-c', BOOTSTRAP], {
      stdio: ['ignore', 2, 2, requests.readEnd, responses.writeEnd],
    });
    closeSync(requests.readEnd);
    closeSync(responses.writeEnd);
    return started(child) ? overPipes(requests.writeEnd, responses.readEnd) : noPython();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function started(child: ChildProcess): boolean {
  // The error is known already: there is no process ID then.
  child.on('error', () => {});
  child.unref();
  return child.pid !== undefined;
}

const noPython = (): never => {
  throw new TemplateError('there is no python3 on this machine', 'no-python', undefined, 'install python3');
};

/** A named pipe with both ends open. Node's own pipes cannot be read synchronously. */
function makePipe(path: string): { readonly readEnd: number; readonly writeEnd: number } {
  spawnSync('mkfifo', ['-m', '600', path]);
  // Opening only one end would wait for the other.
  const both = openSync(path, 'r+');
  const ends = { readEnd: openSync(path, 'r'), writeEnd: openSync(path, 'w') };
  closeSync(both);
  return ends;
}

function overPipes(output: number, input: number): Channel {
  let isOpen = true;
  const close = (): void => {
    isOpen = false;
    closeSync(output);
    closeSync(input);
  };
  return {
    send(message) {
      if (isOpen && !writeLine(output, `${JSON.stringify(message)}\n`)) close();
      return isOpen;
    },
    receive() {
      const line = isOpen ? readLine(input) : undefined;
      if (line === undefined && isOpen) close();
      return line === undefined ? undefined : (JSON.parse(line) as Message);
    },
  };
}

const NEWLINE = 10;

/** Reads a line. Nothing follows it yet: messages alternate. */
function readLine(input: number): string | undefined {
  const parts: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.alloc(65_536);
    const size = readSync(input, chunk);
    if (size === 0) return undefined;
    parts.push(chunk.subarray(0, size));
    if (chunk[size - 1] === NEWLINE) return Buffer.concat(parts).toString();
  }
}

function writeLine(output: number, line: string): boolean {
  const bytes = Buffer.from(line);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(output, bytes, at);
    return true;
  } catch (error) {
    if (isSystemError(error) && error.code === 'EPIPE') return false;
    throw error;
  }
}
