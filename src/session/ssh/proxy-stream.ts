import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';

/** A ProxyCommand's stdin and stdout as one stream; if the command fails, the stream's error contains its output. */
export function proxyStream(command: string): Duplex {
  const child = spawn('/bin/sh', ['-c', `exec ${command}`], { stdio: 'pipe' });
  const stream = new Duplex({
    read: () => void child.stdout.resume(),
    // The command may end before it reads its input; its exit code and output are more informative than EPIPE.
    write: (chunk, _encoding, done) => void child.stdin.write(chunk, () => done()),
    final: (done) => void child.stdin.end(() => done()),
    destroy(error, done) {
      child.kill();
      done(error);
    },
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  child.stdout.on('data', (chunk) => stream.push(chunk) || child.stdout.pause());
  child.stdin.on('error', () => {});
  child.once('error', (error) => stream.destroy(error));
  child.once('close', (code) => {
    if (code || said) stream.destroy(new Error(`ProxyCommand: ${said.trim() || `exit code ${code}`}`));
    else stream.push(null);
  });
  return stream;
}
