import { type Question, type QuestionKind, question } from '../../question.ts';
import { decodeText } from '../../text-codec.ts';
import { onlyReply } from '../only-reply.ts';
import { fullName } from './units.ts';

interface Arg {
  /** The unit whose restart may change the answer. */
  readonly unit: string;
  readonly ports: readonly number[];
}

const kind: QuestionKind<Arg, readonly string[]> = {
  name: 'listening',
  scripts: () => [{ script: 'cat /proc/net/tcp /proc/net/tcp6 2>/dev/null' }],
  read: onlyReply((reply, args) => {
    const all = decodeText(reply.stdout)
      .split('\n')
      .flatMap((line) => listener(line));
    return args.map(({ ports }) => ({
      ok: true,
      value: [
        ...new Set(all.filter(({ port }) => ports.includes(port)).map(({ address, port }) => `${address}:${port}`)),
      ].sort(),
    }));
  }),
  about: ({ unit }) => [`unit:${unit}`],
};

/**
 * Which of these TCP ports on the host have a listener, and on which address, as `10.1.0.100:9113`; `*` means every
 * address, as in `ss`.
 */
export const listening = (unit: string, ports: readonly number[]): Question<readonly string[]> =>
  question(kind, { unit: fullName(unit), ports });

/** Parse a line of the kernel's table, if it is a listening socket (0A). */
function listener(line: string): readonly { readonly address: string; readonly port: number }[] {
  const [, local, state] = /^\s*\d+: ([0-9A-F]+:[0-9A-F]{4}) \S+ ([0-9A-F]{2}) /.exec(line) ?? [];
  if (local === undefined || state !== '0A') return [];
  const [address = '', port = ''] = local.split(':');
  return [{ address: addressOf(address), port: Number.parseInt(port, 16) }];
}

/** The kernel prints every four bytes of an address reversed. */
function addressOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  const dotted = (four: readonly string[]) => four.map((byte) => Number.parseInt(byte, 16)).join('.');
  if (bytes.length === 4) return dotted(bytes);
  const text = bytes.join('').toLowerCase();
  if (/^0*$/.test(text)) return '*';
  if (text.startsWith(`${'0'.repeat(20)}ffff`)) return dotted(bytes.slice(12));
  return new URL(`http://[${(text.match(/..../g) ?? []).join(':')}]`).hostname;
}
