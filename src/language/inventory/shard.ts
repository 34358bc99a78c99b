import { hash } from '../../core/hash.ts';

/** One of several parts of the hosts, which is the same on every machine: number 2 of 5. */
export interface Shard {
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

/** Reads `2/5`; undefined if it is no such thing. */
export function parseShard(text: string): Shard | undefined {
  const [, number, of] = /^([1-9]\d{0,5})\/([1-9]\d{0,5})$/.exec(text) ?? [];
  const shard = { number: Number(number), of: Number(of) };
  return number !== undefined && shard.number <= shard.of ? shard : undefined;
}

/** Whether a host belongs to a part. Only its name decides, so it stays in its part when others come and go. */
export const isInShard = (host: string, { number, of }: Shard): boolean =>
  Number.parseInt(hash('sha256', host).slice(0, 8), 16) % of === number - 1;
