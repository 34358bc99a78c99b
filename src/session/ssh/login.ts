import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AnyAuthMethod, Client, ClientChannel, ServerHostKeyAlgorithm } from 'ssh2';
import type { SessionFailure } from '../../core/session.ts';
import type { Ending, Launched, Pipes } from '../pipes.ts';
import { explainLogin } from './explain-login.ts';
import { type HostKeyCheck, readHostKeyCheck } from './host-key-check.ts';
import { collectIdentities, type Identities, type Method } from './identities.ts';
import type { SshTarget } from './target.ts';

/** A login on a host: commands can start on it without logging in again. */
export interface Login {
  /** Resolves to `undefined` if the server allows no more channels on this login. */
  exec(commandLine: string): Promise<Launched | undefined>;
  /** A connection from the host to somewhere else. */
  forward(host: string, port: number): Promise<Duplex>;
  readonly ended: Promise<Ending>;
  close(): void;
}

/** A login, or why there is none. */
export type LoggedIn =
  | { readonly ok: true; readonly login: Login }
  | { readonly ok: false; readonly failure: SessionFailure };

/** The target could not be reached from the jump host. */
export class ForwardError extends Error {}

/** Log in to a target, over TCP or the stream that `dial` opens. */
export async function logIn(
  target: SshTarget,
  dial: () => Duplex | Promise<Duplex> = () => tcp(target),
  onDebug?: (line: string) => void,
): Promise<LoggedIn> {
  // Loaded lazily: most commands do not need ssh.
  const { default: ssh2 } = await import('ssh2');
  const [hostKeys, identities] = await Promise.all([readHostKeyCheck(target), collectIdentities(ssh2, target)]);
  // Opened last, so that ssh2 is already listening if the stream fails at once.
  return converse(new ssh2.Client(), await dial(), { target, hostKeys, identities, onDebug });
}

// Node gives each address 250 ms before it tries the next one, which is too short for a distant host.
const tcp = ({ host, port }: SshTarget): Duplex =>
  connect({ host, port, noDelay: true, autoSelectFamilyAttemptTimeout: 2000 });

interface Attempt {
  readonly target: SshTarget;
  readonly hostKeys: HostKeyCheck;
  readonly identities: Identities;
  readonly onDebug?: (line: string) => void;
}

function converse(client: Client, sock: Duplex, { target, hostKeys, identities, onDebug }: Attempt): Promise<LoggedIn> {
  let refusedKey: SessionFailure | undefined;
  let serverTakes: readonly string[] = [];
  let last: Ending = { message: 'the connection ended' };
  const queue = [...identities.methods];
  const tried: Method[] = [];
  const unusable = [...identities.unusable];
  const ended = new Promise<Ending>((resolve) => client.once('close', () => resolve(last)));

  return new Promise((resolve) => {
    const fail = (error: Error & { level?: string; code?: string }) => {
      client.destroy();
      identities.agent?.close();
      resolve({
        ok: false,
        failure: refusedKey ?? explainLogin(error, target, { tried, unusable, serverTakes }),
      });
    };
    const withoutAgent = ({ message }: Error) => {
      const at = tried.findIndex(({ auth }) => auth.type === 'agent');
      const isMute = /^Failed to (connect|retrieve)/.test(message);
      // The agent could not be asked, so the server has not rejected it.
      if (isMute && at >= 0) tried.splice(at, 1);
      unusable.push(`the ssh-agent at ${target.agent} ${isMute ? 'does not answer' : `reports: ${message}`}`);
    };
    client.on('error', (error) => {
      // Without its agent, or with a key that cannot sign, the client continues with the next method.
      if (error.level === 'agent') return void withoutAgent(error);
      if (/signing/.test(error.message)) return;
      last = {
        message:
          error.level === 'client-timeout'
            ? `no response for ${(target.keepaliveMs * target.keepaliveCount) / 1000} s`
            : error.message,
      };
      fail(error);
    });
    client.once('close', () => fail(new Error('the server closed the connection')));
    client.once('ready', () => {
      identities.agent?.close();
      resolve({ ok: true, login: loginOf(client, ended, () => last) });
    });
    client.connect({
      sock,
      username: target.user,
      readyTimeout: target.connectTimeoutMs,
      keepaliveInterval: target.keepaliveMs,
      keepaliveCountMax: target.keepaliveCount,
      algorithms: { serverHostKey: hostKeyAlgorithms(hostKeys.types) },
      hostVerifier: (key: Buffer, verify: (trusted: boolean) => void) => {
        void hostKeys.judge(key).then((failure) => {
          refusedKey = failure;
          verify(!failure);
        });
      },
      authHandler: (methodsLeft, _partial, next) => {
        if (methodsLeft) serverTakes = methodsLeft;
        // The types do not say that `false` ends the attempts.
        next((nextMethod(queue, serverTakes, tried) ?? false) as AnyAuthMethod);
      },
      ...(onDebug && { debug: (line: string) => onDebug(`${target.place}: ${line}`) }),
    });
  });
}

/** The next method that the server accepts. */
function nextMethod(queue: Method[], serverTakes: readonly string[], tried: Method[]): AnyAuthMethod | undefined {
  const isTaken = ({ auth }: Method) =>
    serverTakes.length === 0 || serverTakes.includes(auth.type === 'agent' ? 'publickey' : auth.type);
  const method = queue.splice(0, queue.findIndex(isTaken) + 1).at(-1);
  if (method === undefined) return undefined;
  tried.push(method);
  return method.auth;
}

function loginOf(client: Client, ended: Promise<Ending>, last: () => Ending): Login {
  return {
    ended,
    close: () => client.end(),
    exec: (commandLine) =>
      new Promise((resolve) => {
        client.exec(commandLine, (error, channel) => {
          if (!error) return resolve({ ok: true, pipes: pipesOfChannel(channel, last) });
          // The connection is fine; only MaxSessions has been reached.
          if ('reason' in error && typeof error.reason === 'number') return resolve(undefined);
          resolve({ ok: false, failure: { reason: 'lost', message: error.message } });
        });
      }),
    forward: (host, port) =>
      new Promise((resolve, reject) => {
        client.forwardOut('127.0.0.1', 0, host, port, (error, channel) =>
          error ? reject(new ForwardError(error.message, { cause: error })) : resolve(channel),
        );
      }),
  };
}

function pipesOfChannel(channel: ClientChannel, last: () => Ending): Pipes {
  const ended = new Promise<Ending>((resolve) => {
    let ending: Ending | undefined;
    channel.on('exit', (code: number | null, signal?: string) => {
      ending =
        code === null
          ? { message: `the shell was killed by ${signal}` }
          : { code, message: `the shell ended with exit code ${code}` };
    });
    channel.once('close', () => resolve(ending ?? last()));
  });
  return { stdin: channel, stdout: channel, stderr: channel.stderr, ended, destroy: () => channel.destroy() };
}

/** ssh2's algorithms, those for known keys first. */
function hostKeyAlgorithms(types: readonly string[]): ServerHostKeyAlgorithm[] {
  const first = types.flatMap((type) => (type === 'ssh-rsa' ? rsa : all.filter((algorithm) => algorithm === type)));
  return [...new Set([...first, ...all])];
}

const rsa: readonly ServerHostKeyAlgorithm[] = ['rsa-sha2-512', 'rsa-sha2-256'];
const all: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  ...rsa,
];
