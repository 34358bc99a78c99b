import { connect, createServer, type Server, type Socket } from 'node:net';

/** A port of 127.0.0.1 that leads to another one while it is plugged in: a host that comes and goes. */
export interface Relay {
  /** The connections made through it so far. */
  readonly connections: number;
  plugIn(): Promise<void>;
  unplug(): Promise<void>;
}

/** Creates a relay from one port to another; at first it is not plugged in. */
export function createRelay(from: number, to: number): Relay {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let connections = 0;
  return {
    get connections() {
      return connections;
    },
    plugIn: () =>
      new Promise((resolve) => {
        server = createServer((client) => {
          connections++;
          const beyond = connect(to, '127.0.0.1');
          for (const [one, other] of [
            [client, beyond],
            [beyond, client],
          ] as const) {
            sockets.add(one);
            one.on('error', () => other.destroy()).on('close', () => other.destroy());
            one.pipe(other);
          }
        }).listen(from, '127.0.0.1', resolve);
      }),
    unplug: () =>
      new Promise((resolve) => {
        for (const one of sockets) one.destroy();
        sockets.clear();
        if (server === undefined) resolve();
        else server.close(() => resolve());
        server = undefined;
      }),
  };
}
