import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';

/** A ProxyCommand's stdin and stdout as one stream; when it fails, the stream's error is what the command said. */
export function proxyStream(command: string): Duplex {
  const child = spawn('/bin/sh', ['-c', `exec ${command}`], { stdio: 'pipe' });
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  // The command may end before it reads what it is told.
  child.stdin.on('error', () => {});
  child.once('error', (error) => stream.destroy(error));
  child.once(
    'close',
    (code) => code && stream.destroy(new Error(`ProxyCommand: ${said.trim() || `exit code ${code}`}`)),
  );
  stream.once('close', () => child.kill());
  return stream;
}
