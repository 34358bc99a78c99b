import { defineTask, type Params, type Plan, sh } from '../src/sdk.ts';
import { askTool, toolMissing } from './shared/commands/tool.ts';

const params = {
  mac: { type: 'str', required: true, doc: 'The MAC address of the machine to wake.' },
  broadcast: { type: 'str', default: '255.255.255.255', doc: 'The broadcast address to send to.' },
  port: { type: 'int', default: 7, doc: 'The UDP port to send to.' },
} as const;

type Task = Params<typeof params>;

const PERL = { name: 'perl', package: 'perl' };

export default defineTask({
  name: 'community.general.wakeonlan',
  summary: 'Wake a machine in the network with a magic packet.',
  description:
    'The packet is sent from the host, which needs `perl`. It is sent every time, since nobody answers it; use `wait_for` to see whether the machine woke up.',
  params,
  ask: () => ({ tool: askTool(PERL) }),
  plan({ tool }, task): Plan {
    const address = digitsOf(task.mac);
    if (address === undefined) return { failed: `Incorrect MAC address: ${task.mac}` };
    if (task.port < 0 || task.port > 65535) return { failed: `${task.port} is not a port` };
    const missing = toolMissing(tool, PERL);
    if (missing !== undefined) return { failed: missing };
    return {
      changes: [
        {
          what: `wake ${task.mac}`,
          from: '',
          to: `packet sent to ${task.broadcast}:${task.port}`,
          commands: [
            {
              ...sh`perl -MSocket -e ${SENDING} ${address} ${task.broadcast} ${task.port}`,
              shown: `send a magic packet for ${task.mac} to ${task.broadcast}:${task.port}`,
            },
          ],
          repeats: true,
          effects: [],
        },
      ],
    };
  },
  examples: [
    {
      title: 'Wake a machine, from another one in its network',
      yaml: 'wakeonlan:\n  mac: "00:00:5E:00:53:66"\n  broadcast: 192.0.2.23\ndelegate_to: router.example.org',
      runs: { no: 'sends a packet to a network' },
    },
  ],
});

/** The hexadecimal digits of an address that is written with or without separators. */
function digitsOf(mac: Task['mac']): string | undefined {
  const digits = /^[0-9a-f]{2}([-:.]?)(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}$/i.test(mac) ? mac.replace(/[-:.]/g, '') : '';
  return digits === '' ? undefined : digits;
}

/** Six bytes of ones, and sixteen times the address. */
const SENDING = `my ($mac, $to, $port) = @ARGV;
my $address = inet_aton($to) or die "$to is not an address\\n";
my $socket;
socket($socket, PF_INET, SOCK_DGRAM, getprotobyname("udp")) && setsockopt($socket, SOL_SOCKET, SO_BROADCAST, 1) or die "$!\\n";
send($socket, ("\\xff" x 6) . (pack("H12", $mac) x 16), 0, sockaddr_in($port, $address)) or die "$to: $!\\n";`;
