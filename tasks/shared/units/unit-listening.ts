import { type Command, sh } from '../../../src/sdk.ts';

/** The ports of listening addresses: `10.1.0.100:9113`, `[::1]:80`. */
export const portsOf = (places: readonly string[]): readonly number[] =>
  [...new Set(places.map((place) => Number(place.slice(place.lastIndexOf(':') + 1))))].sort((a, b) => a - b);

/** Whether the listening addresses are the wanted ones, in any order. */
export const samePlaces = (now: readonly string[], wanted: readonly string[]): boolean =>
  now.toSorted().join() === wanted.toSorted().join();

/** Listening addresses in readable form. */
export const tellPlaces = (places: readonly string[]): string | null =>
  places.length === 0 ? null : places.toSorted().join(', ');

/** Waits briefly for a started service to listen. If it never does, the questions after the change will reveal it. */
export function awaitListening(places: readonly string[]): readonly Command[] {
  if (places.length === 0) return [];
  const ports = portsOf(places).map((port) => `:${port.toString(16).toUpperCase().padStart(4, '0')}`);
  return [
    {
      ...sh`n=0; for port in ${ports}; do until grep -q "^ *[0-9]*: [0-9A-F]*$port [0-9A-F:]* 0A" /proc/net/tcp /proc/net/tcp6 2>/dev/null || [ $n = 100 ]; do n=$((n + 1)); sleep 0.1; done; done`,
      shown: `wait until a process is listening on ${places.join(', ')}`,
    },
  ];
}
