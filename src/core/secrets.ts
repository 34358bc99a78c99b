/** What nobody may see: texts that are masked wherever a run tells something. */
export class Secrets {
  readonly #texts = new Set<string>();
  #pattern: RegExp | undefined;

  /** Mask this text from now on; lines of a text that has several are masked each. Shorter than three letters would mask half the output. */
  add(text: string): void {
    const whole = text.trim();
    for (const part of [whole, ...whole.split('\n').map((line) => line.trim())])
      if (part.length >= 3 && !this.#texts.has(part)) {
        this.#texts.add(part);
        this.#pattern = undefined;
      }
  }

  /** The same data with every secret in its texts, keys included, replaced by `********`. */
  mask<T>(data: T): T {
    if (this.#texts.size === 0) return data;
    this.#pattern ??= new RegExp(
      [...this.#texts]
        .sort((a, b) => b.length - a.length)
        .flatMap(spellings)
        .join('|'),
      'g',
    );
    return mask(data, this.#pattern) as T;
  }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A secret as it is, and as JSON and URLs spell it. */
const spellings = (text: string): string[] =>
  [...new Set([text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)])].map(escaped);

function mask(data: unknown, secret: RegExp): unknown {
  if (typeof data === 'string') return data.replace(secret, '********');
  if (Array.isArray(data)) return data.map((item) => mask(item, secret));
  if (data instanceof Map) return new Map([...data].map(([key, value]) => [mask(key, secret), mask(value, secret)]));
  if (typeof data === 'object' && data !== null && Object.getPrototypeOf(data) === Object.prototype)
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [mask(key, secret), mask(value, secret)]));
  return data;
}
