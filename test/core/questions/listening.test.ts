import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { listening } from '../../../src/core/questions/services/listening.ts';
import { runScript } from '../../tasks/local-host.ts';

test.for([
  ['127.0.0.1', '127.0.0.1'],
  ['0.0.0.0', '0.0.0.0'],
  ['::', '*'],
  ['::1', '[::1]'],
] as const)('a program that listens at %s is reported at %s', async ([address, told]) => {
  const port = await listenAt(address);

  expect(await placesOf([port])).toEqual([`${told}:${port}`]);
});

test('only the requested ports are reported', async () => {
  const [one, two] = [await listenAt('127.0.0.1'), await listenAt('127.0.0.1')];
  await listenAt('127.0.0.1');

  expect(await placesOf([one, two])).toEqual([`127.0.0.1:${one}`, `127.0.0.1:${two}`].sort());
  expect(await placesOf([1])).toEqual([]);
});

async function listenAt(address: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function placesOf(ports: readonly number[]): Promise<unknown> {
  const { kind, arg } = listening('some', ports);
  const reply = await runScript(kind.scripts([arg])[0]!.script);
  const [answer] = kind.read([reply], [arg]);
  return answer!.ok && answer!.value;
}
