import { listInside } from '../json.ts';
import { entriesAt, textAt } from './json.ts';

interface Ports {
  readonly published_ports: readonly string[] | undefined;
  readonly exposed_ports: readonly string[] | undefined;
  readonly default_host_ip: string;
}

interface Published {
  readonly address: string;
  /** Empty for a random port. */
  readonly onHost: string;
  /** With its protocol. */
  readonly port: string;
}

const range = (text: string): readonly string[] => {
  const [first = '', last = first] = text.split('-');
  const from = Number(first);
  return Array.from({ length: Number(last) - from + 1 }, (_, index) => String(from + index));
};

/** The single ports that a text publishes; undefined if it cannot be read. */
function publishedBy(text: string, defaultAddress: string): readonly Published[] | undefined {
  const [, place, port = '', protocol = 'tcp'] = /^(?:(.*):)?(\d+(?:-\d+)?)(?:\/(tcp|udp|sctp))?$/.exec(text) ?? [];
  const [, given, onHost = ''] = /^(?:(\[[0-9a-fA-F:]+\]|\d+(?:\.\d+){3}):)?(\d+(?:-\d+)?|)$/.exec(place ?? '') ?? [];
  if (port === '' || (place !== undefined && place !== '' && given === undefined && onHost === '')) return undefined;
  const address = given?.replace(/^\[(.*)\]$/, '$1') ?? defaultAddress;
  const inside = range(port);
  const outside = onHost === '' ? inside.map(() => '') : range(onHost);
  // A single port with a range on the host gets any of it.
  if (inside.length === 1 && outside.length > 1) return [{ address, onHost, port: `${port}/${protocol}` }];
  if (inside.length !== outside.length) return undefined;
  return inside.map((one, index) => ({ address, onHost: outside[index] ?? '', port: `${one}/${protocol}` }));
}

const shown = ({ address, onHost, port }: Published): string => `${address}:${onHost}:${port}`;

const isAll = (text: string): boolean => text.toLowerCase() === 'all';

/** The first port that cannot be read. */
export const wrongPort = ({ published_ports: ports = [], default_host_ip: address }: Ports): string | undefined =>
  ports.find((text) => !isAll(text) && publishedBy(text, address) === undefined);

const publishedPorts = ({ published_ports: ports = [], default_host_ip: address }: Ports): readonly Published[] =>
  ports.flatMap((text) => publishedBy(text, address) ?? []);

/** The ports to publish, as texts to compare. */
export const portBindings = (ports: Ports): readonly string[] | undefined =>
  ports.published_ports === undefined ? undefined : publishedPorts(ports).map(shown);

/** The client's arguments for them. */
export const publishedOptions = (ports: Ports): readonly string[] =>
  publishedPorts(ports).flatMap(({ address, onHost, port }) => {
    const place = address.includes(':') ? `[${address}]` : address;
    return ['--publish', place === '' && onHost === '' ? port : `${place === '' ? '' : `${place}:`}${onHost}:${port}`];
  });

/** The published ports that the engine tells, as texts to compare. */
export const bindText = (bindings: unknown): readonly string[] =>
  entriesAt(bindings).flatMap(([port]) =>
    listInside(bindings, port).map((one) =>
      shown({ address: textAt(one, 'HostIp'), onHost: textAt(one, 'HostPort').replace(/^0$/, ''), port }),
    ),
  );

/** The ports that become exposed, published ones included. */
export const exposedBy = (ports: Ports): readonly string[] => [
  ...(ports.exposed_ports ?? []).flatMap((text) => {
    const [numbers = '', protocol = 'tcp'] = text.split('/');
    return range(numbers).map((port) => `${port}/${protocol}`);
  }),
  ...publishedPorts(ports).map(({ port }) => port),
];
