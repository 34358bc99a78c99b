import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real sshd on this machine with its own keys, for one test file. */
export interface Sshd {
  readonly port: number;
  /** The directory of its files and a client's: host keys, id_ed25519, known_hosts. */
  readonly folder: string;
  readonly knownHosts: string;
  readonly privateKey: string;
  readonly process: ChildProcess;
  /** Its host key, as `type base64`. */
  hostKey(type: 'ed25519' | 'rsa' | 'ecdsa'): string;
  stop(): Promise<void>;
}

/** Starts /usr/sbin/sshd on a free port of 127.0.0.1; `config` contains additional configuration lines. */
export async function startSshd(
  config: readonly string[] = [],
  hostKeys: readonly ('ed25519' | 'rsa' | 'ecdsa')[] = ['ed25519'],
): Promise<Sshd> {
  if (!existsSync('/usr/sbin/sshd'))
    throw new Error('these tests need a real sshd: apt-get install openssh-server sudo');
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const folder = mkdtempSync(join(tmpdir(), 'retrace-sshd-'));
  // Readable for the users that log in, because sshd reads authorized_keys as that user.
  chmodSync(folder, 0o755);
  const port = await freePort();
  for (const type of hostKeys) generateKey(join(folder, `host_${type}`), type);
  generateKey(join(folder, 'id_ed25519'), 'ed25519');
  writeFileSync(join(folder, 'authorized_keys'), readFileSync(join(folder, 'id_ed25519.pub')), { mode: 0o644 });
  writeFileSync(join(folder, 'sshd_config'), [...config, ...settings(folder, port, hostKeys)].join('\n'));
  const sshd = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', join(folder, 'sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  sshd.stderr.on('data', (chunk) => (log += chunk));
  const hostKey = (type: string) =>
    readFileSync(join(folder, `host_${type}.pub`), 'utf8')
      .split(' ', 2)
      .join(' ');
  const knownHosts = join(folder, 'known_hosts');
  writeFileSync(knownHosts, hostKeys.map((type) => `[127.0.0.1]:${port} ${hostKey(type)}\n`).join(''));
  await listening(port, () => log);
  return {
    port,
    folder,
    knownHosts,
    privateKey: join(folder, 'id_ed25519'),
    process: sshd,
    hostKey,
    stop: () => stop(sshd, folder),
  };
}

/** Generates a key pair, without a passphrase unless one is given. */
export function generateKey(file: string, type: string, passphrase = ''): void {
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', 'test', '-f', file]);
}

/** A port of 127.0.0.1 without a listener. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

const settings = (folder: string, port: number, hostKeys: readonly string[]): string[] => [
  `Port ${port}`,
  'ListenAddress 127.0.0.1',
  ...hostKeys.map((type) => `HostKey ${join(folder, `host_${type}`)}`),
  `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
  `PidFile ${join(folder, 'pid')}`,
  'StrictModes no',
  'PermitRootLogin yes',
  'PasswordAuthentication no',
  'KbdInteractiveAuthentication no',
  'UsePAM no',
  'PrintMotd no',
  'UseDNS no',
  'MaxStartups 100',
  // Use a separate home: root's own ~/.bashrc is not under test, and a login killed by a test must not leave anything half-done in it
  // (pyenv's lock made every later login wait a minute).
  'Match User root',
  `  SetEnv HOME=${folder}`,
  '',
];

async function listening(port: number, log: () => string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (await connects(port)) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`sshd does not listen: ${log()}`);
}

const connects = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

async function stop(sshd: ChildProcess, folder: string): Promise<void> {
  const ended = new Promise((resolve) => sshd.once('exit', resolve));
  sshd.kill('SIGKILL');
  if (sshd.exitCode === null && sshd.signalCode === null) await ended;
  rmSync(folder, { recursive: true, force: true });
}
