import type { Duplex } from 'node:stream';
import type { BaseAgent, OpenSSHAgent, ParsedKey } from 'ssh2';

/** An ssh-agent, asked for one login. */
export interface TargetAgent {
  /** As ssh2 wants it. */
  readonly auth: BaseAgent;
  /** Ends what is asked of it. A connection that nobody ends keeps the program from ending. */
  close(): void;
}

interface AgentLimits {
  /** How long it may take to name its keys. To sign, a person may have to confirm: that has as long as the login. */
  readonly namingMs: number;
  /** The public keys to offer, if not all. */
  readonly only?: readonly Buffer[];
}

/** The agent that listens on a socket; one that does not answer in time has failed, and the login goes on without it. */
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
        // What OpenSSH's agent gives are parsed keys, whatever the types allow.
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

/** A key's public part, as agents and servers name it. (The types say that it may be text; it is a Buffer.) */
export const publicBlob = (key: ParsedKey): Buffer => Buffer.from(key.getPublicSSH());
