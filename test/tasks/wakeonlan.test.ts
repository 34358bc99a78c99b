import { createSocket } from 'node:dgram';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import wakeonlan from '../../tasks/wakeonlan.ts';
import { runHere } from './harness.ts';
import { outcomeOf } from './outcome.ts';

describe('wakeonlan', () => {
  const socket = createSocket('udp4');
  const packets: Buffer[] = [];
  socket.on('message', (packet) => packets.push(packet));
  beforeAll(() => new Promise<void>((done) => socket.bind(0, '127.0.0.1', done)));
  afterAll(() => {
    socket.close();
  });
  const args = () => ({ mac: '00:00:5E:00:53:66', broadcast: '127.0.0.1', port: socket.address().port });

  test('a magic packet is sent each time, but not in a check', async () => {
    const sent = ['changed', `wake ${args().mac}:  → packet sent to 127.0.0.1:${args().port}`];
    expect(outcomeOf(await runHere(wakeonlan, args(), { check: true }))).toEqual(sent);
    expect(packets).toEqual([]);
    const arrives = new Promise((done) => socket.once('message', done));
    expect(outcomeOf(await runHere(wakeonlan, args()))).toEqual(sent);
    await arrives;
    expect(packets.map((packet) => packet.toString('hex'))).toEqual(['ff'.repeat(6) + '00005e005366'.repeat(16)]);
  });

  test.each(['00:00:5E:00:53', '00:00:5E:00:53:6G', '00:00:5E-00:53:66'])('%s is no address', async (mac) => {
    expect(outcomeOf(await runHere(wakeonlan, { ...args(), mac }, { check: true }))).toEqual([
      'failed',
      `Incorrect MAC address: ${mac}`,
    ]);
  });
});
