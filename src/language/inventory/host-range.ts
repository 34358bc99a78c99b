/** Why a range cannot be expanded: its form, or ends that are neither two numbers nor two letters. */
interface RangeProblem {
  readonly problem: string;
  readonly of: 'form' | 'ends';
}

/** Expands a name with ranges, such as `www[01:50:2].example.com` or `db-[a:f]`, to all the names it denotes. */
export function expandRanges(pattern: string): readonly string[] | RangeProblem {
  const match = /^(.*?)\[([^[\]]*:[^[\]]*)\](.*)$/s.exec(pattern);
  if (!match) return [pattern];
  const [, before = '', range = '', after = ''] = match;
  const steps = expandRange(range);
  if ('problem' in steps) return steps;
  const rest = expandRanges(after);
  if ('problem' in rest) return rest;
  return steps.flatMap((step) => rest.map((end) => before + step + end));
}

function expandRange(range: string): readonly string[] | RangeProblem {
  const [from = '', to = '', by = '1', ...more] = range.split(':');
  const stride = Number(by);
  if (more.length > 0 || !Number.isInteger(stride) || stride < 1)
    return wrong(range, 'a range is [from:to] or [from:to:step]');
  if (to === '') return wrong(range, 'a host range must specify end value');
  if (/^[A-Za-z]$/.test(from) && /^[A-Za-z]$/.test(to)) return letters(range, from, to, stride);
  if (/^\d*$/.test(from) && /^\d+$/.test(to)) return numbers(range, from || '0', to, stride);
  return wrong(range, 'its ends must be two numbers or two letters', 'ends');
}

function numbers(range: string, from: string, to: string, stride: number) {
  const padded = from.length > 1 && from.startsWith('0');
  if (padded && from.length !== to.length)
    return wrong(range, 'if there are leading zeros, both ends must have the same number of digits');
  if (Number(from) > Number(to)) return wrong(range, 'its end comes before its start');
  return series(Number(from), Number(to), stride).map((n) =>
    padded ? String(n).padStart(from.length, '0') : String(n),
  );
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

function letters(range: string, from: string, to: string, stride: number) {
  const [first, last] = [ALPHABET.indexOf(from), ALPHABET.indexOf(to)];
  return first > last
    ? wrong(range, 'its end comes before its start')
    : series(first, last, stride).map((n) => ALPHABET[n] as string);
}

const series = (from: number, to: number, stride: number): number[] =>
  Array.from({ length: Math.floor((to - from) / stride) + 1 }, (_, index) => from + index * stride);

const wrong = (range: string, why: string, of: RangeProblem['of'] = 'form'): RangeProblem => ({
  problem: `[${range}] is not a range of hosts: ${why}`,
  of,
});

/** Splits the port off a host as written in an inventory: `host:22`, `[2001:db8::1]:22`, `host`. */
export function splitPort(written: string): { readonly name: string; readonly port?: number } {
  const bracketed = /^\[([0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)\](?::(\d+))?$/.exec(written);
  const plain = bracketed ?? /^((?:\[[^\]]*\]|[^:[\]])+):(\d+)$/.exec(written);
  if (!plain) return { name: written };
  return plain[2] === undefined ? { name: plain[1] as string } : { name: plain[1] as string, port: Number(plain[2]) };
}
