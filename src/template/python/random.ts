import { createHash } from 'node:crypto';
import type { Value } from '../../core/value.ts';
import { isInt, isNumber } from './number.ts';
import { str } from './repr.ts';

const N = 624;

/** Python's seeded generator: a given seed yields the same numbers as in Python. */
export class SeededRandom {
  readonly #state = new Uint32Array(N);
  #index = N;

  constructor(seed: Value) {
    this.#init(seedNumber(seed));
  }

  #init(seed: bigint): void {
    const keys: number[] = [];
    for (let rest = seed < 0n ? -seed : seed; rest > 0n || keys.length === 0; rest >>= 32n)
      keys.push(Number(rest & 0xffffffffn));
    const state = this.#state;
    state[0] = 19650218;
    for (let i = 1; i < N; i++) state[i] = Math.imul(1812433253, state[i - 1]! ^ (state[i - 1]! >>> 30)) + i;
    let [i, j] = [1, 0];
    for (let k = Math.max(N, keys.length); k > 0; k--) {
      state[i] = (state[i]! ^ Math.imul(state[i - 1]! ^ (state[i - 1]! >>> 30), 1664525)) + keys[j]! + j;
      i = this.#wrap(i + 1);
      j = (j + 1) % keys.length;
    }
    for (let k = N - 1; k > 0; k--) {
      state[i] = (state[i]! ^ Math.imul(state[i - 1]! ^ (state[i - 1]! >>> 30), 1566083941)) - i;
      i = this.#wrap(i + 1);
    }
    state[0] = 0x80000000;
  }

  #wrap(i: number): number {
    if (i < N) return i;
    this.#state[0] = this.#state[N - 1]!;
    return 1;
  }

  #next(): number {
    if (this.#index >= N) this.#twist();
    let y = this.#state[this.#index++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < N; i++) {
      const y = (state[i]! & 0x80000000) | (state[(i + 1) % N]! & 0x7fffffff);
      state[i] = state[(i + 397) % N]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#index = 0;
  }

  #bits(count: number): bigint {
    let [value, shift] = [0n, 0n];
    for (let rest = count; rest > 0; rest -= 32) {
      const word = rest < 32 ? this.#next() >>> (32 - rest) : this.#next();
      value |= BigInt(word) << shift;
      shift += 32n;
    }
    return value;
  }

  /** An integer from 0 to the limit, exclusive. */
  below(limit: number): number {
    return Number(this.bigBelow(BigInt(limit)));
  }

  /** The same for a limit of any size. */
  bigBelow(limit: bigint): bigint {
    const bits = limit.toString(2).length;
    let value = this.#bits(bits);
    while (value >= limit) value = this.#bits(bits);
    return value;
  }
}

function seedNumber(seed: Value): bigint {
  if (isInt(seed)) return BigInt(seed);
  const bytes = Buffer.from(isNumber(seed) ? str(seed) : str(seed));
  const all = Buffer.concat([bytes, createHash('sha512').update(bytes).digest()]);
  return BigInt(`0x${all.toString('hex')}`);
}
