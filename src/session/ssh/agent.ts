import type { Duplex } from 'node:stream';
import type { BaseAgent, OpenSSHAgent, ParsedKey } from 'ssh2';

/** An ssh-agent, used for one login. */
export interface TargetAgent {
  /** In the form that ssh2 expects. */
  readonly auth: BaseAgent;
  /** Abort pending requests: an open connection to the agent would keep this process from exiting. */
  close(): void;
}

interface AgentLimits {
  /**
   * How long the agent may take to list its keys. Signing may need a person's confirmation, so it may take as long as
   * the login.
   */
  readonly namingMs: number;
  /** The public keys to offer; all by default. */
  readonly only?: readonly Buffer[];
}

/**
 * The agent that listens on a socket. If it does not answer in time, it has failed, and the login continues without it.
 */
export function agentAt(ssh2: typeof import('ssh2'), socket: string, { only, namingMs }: AgentLimits): TargetAgent {
  const open = new Set<Duplex>();
  let closed = false;
  const close = () => {
    for (const stream of open) stream.destroy();
  };

  class Agent extends ssh2.OpenSSHAgent {
    override getStream(done: Parameters<OpenSSHAgent['getStream']>[0]): void {
      super.getStream((error, stream) => {
        if (stream) {
          open.add(stream);
          stream.once('close', () => open.delete(stream));
        }
        done(error, stream);
        if (closed) stream?.destroy();
      });
    }

    override getIdentities(done: Parameters<OpenSSHAgent['getIdentities']>[0]): void {
      const late = setTimeout(close, namingMs);
      super.getIdentities((error, keys) => {
        clearTimeout(late);
        // OpenSSH's agent returns parsed keys, whatever the types say.
        done(error, only === undefined ? keys : (keys as ParsedKey[] | undefined)?.filter((key) => isIn(only, key)));
      });
    }
  }

  return {
    // Its types are narrower than those of the class that it extends.
    auth: new Agent(socket) as BaseAgent,
    close() {
      closed = true;
      close();
    },
  };
}

const isIn = (keys: readonly Buffer[], key: ParsedKey): boolean => keys.some((one) => one.equals(publicBlob(key)));

/** A key's public part, as agents and servers encode it. (The types allow a string; it is a Buffer.) */
export const publicBlob = (key: ParsedKey): Buffer => Buffer.from(key.getPublicSSH());
