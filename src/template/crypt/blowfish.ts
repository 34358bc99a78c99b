/** Blowfish as used in bcrypt, where the key schedule is repeated and salted. */
export class Blowfish {
  readonly #p: Int32Array;
  readonly #s: Int32Array;

  constructor() {
    const digits = piWords();
    this.#p = digits.slice(0, 18);
    this.#s = digits.slice(18);
  }

  /** Mixes a key, and a salt if there is one, into the state. */
  expand(key: Uint8Array, salt?: Uint8Array): void {
    let at = 0;
    const next = (bytes: Uint8Array): number => {
      let word = 0;
      for (let i = 0; i < 4; i++, at++) word = (word << 8) | bytes[at % bytes.length]!;
      return word;
    };
    for (let i = 0; i < 18; i++) this.#p[i] = this.#p[i]! ^ next(key);
    at = 0;
    const block = [0, 0];
    for (const table of [this.#p, this.#s]) {
      for (let i = 0; i < table.length; i += 2) {
        if (salt) {
          block[0] = block[0]! ^ next(salt);
          block[1] = block[1]! ^ next(salt);
        }
        this.encrypt(block, 0);
        table[i] = block[0]!;
        table[i + 1] = block[1]!;
      }
    }
  }

  /** Encrypts two words in place. */
  encrypt(words: number[], at: number): void {
    const [p, s] = [this.#p, this.#s];
    let left = words[at]! ^ p[0]!;
    let right = words[at + 1]!;
    for (let i = 1; i <= 16; i += 2) {
      right ^=
        ((((s[left >>> 24]! + s[256 + ((left >> 16) & 255)]!) | 0) ^ s[512 + ((left >> 8) & 255)]!) +
          s[768 + (left & 255)]!) ^
        p[i]!;
      left ^=
        ((((s[right >>> 24]! + s[256 + ((right >> 16) & 255)]!) | 0) ^ s[512 + ((right >> 8) & 255)]!) +
          s[768 + (right & 255)]!) ^
        p[i + 1]!;
    }
    words[at] = right ^ p[17]!;
    words[at + 1] = left;
  }
}

let words: Int32Array | undefined;

/**
 * Blowfish's initial state is the binary expansion of pi after the point; code that computes it is shorter than a list.
 */
function piWords(): Int32Array {
  words ??= compute();
  return words;
}

function compute(): Int32Array {
  const count = 18 + 4 * 256;
  const guard = 64n;
  const one = 1n << (BigInt(count) * 32n + guard);
  // Machin: pi = 16 arctan(1/5) - 4 arctan(1/239).
  const pi = 16n * arctan(5n, one) - 4n * arctan(239n, one);
  const fraction = ((pi - 3n * one) >> guard).toString(16).padStart(count * 8, '0');
  return Int32Array.from({ length: count }, (_, i) => Number.parseInt(fraction.slice(i * 8, i * 8 + 8), 16) | 0);
}

function arctan(inverse: bigint, one: bigint): bigint {
  let term = one / inverse;
  let sum = term;
  const square = inverse * inverse;
  for (let n = 3n, sign = -1n; term > 0n; n += 2n, sign = -sign) {
    term /= square;
    sum += (sign * term) / n;
  }
  return sum;
}
