import { createSocket } from 'node:dgram';

/** The data of a test's name server: `A name` → values. A name that does not occur does not exist. */
export type Zone = Readonly<Record<string, readonly string[]>>;

/** A real name server on a free UDP port, with A, NS and TXT records. `silent` ones never answer. */
export async function nameServer(zone: Zone, options: { silent?: boolean; refuses?: boolean } = {}) {
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    if (options.silent !== true) socket.send(respond(query, zone, options.refuses === true), from.port, from.address);
  });
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((done) => socket.close(done)),
  };
}

const types: Readonly<Record<number, string>> = { 1: 'A', 2: 'NS', 16: 'TXT' };

function respond(query: Buffer, zone: Zone, refuses: boolean): Buffer {
  let end = 12;
  const labels: string[] = [];
  while (query[end] !== 0) {
    labels.push(query.toString('latin1', end + 1, end + 1 + query[end]!));
    end += 1 + query[end]!;
  }
  const type = query.readUInt16BE(end + 1);
  const name = labels.join('.').toLowerCase();
  const values = zone[`${types[type]} ${name}`] ?? [];
  const known = Object.keys(zone).some((key) => key.endsWith(` ${name}`));
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0x8400 | (refuses ? 5 : known ? 0 : 3), 2);
  header.writeUInt16BE(values.length, 6);
  header.fill(0, 8, 12);
  return Buffer.concat([header, query.subarray(12, end + 5), ...values.map((value) => record(type, value))]);
}

function record(type: number, value: string): Buffer {
  const data =
    type === 1
      ? Buffer.from(value.split('.').map(Number))
      : type === 16
        ? Buffer.concat([Buffer.of(value.length), Buffer.from(value)])
        : Buffer.concat([
            ...value.split('.').map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label)])),
            Buffer.of(0),
          ]);
  const head = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 5, 0, data.length]);
  return Buffer.concat([head, data]);
}
