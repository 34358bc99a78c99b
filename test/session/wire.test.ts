import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MarkSplitter } from '../../src/session/wire/mark-splitter.ts';

const nonce = '\x1e0123456789abcdef';

/** The output of a splitter for chunks: bytes as text, marks in brackets. */
function split(chunks: readonly Buffer[]): string {
  let said = '';
  const splitter = new MarkSplitter(
    nonce,
    (bytes) => {
      said += bytes.toString('latin1');
    },
    (word) => {
      said += `[${word}]`;
    },
  );
  for (const chunk of chunks) splitter.push(chunk);
  return said;
}

/** Cuts bytes at arbitrary places. */
const cut = (bytes: Buffer, places: readonly number[]): Buffer[] => {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return sorted.slice(1).map((to, at) => bytes.subarray(sorted[at], to));
};

describe('a mark splitter', () => {
  test('passes on bytes at once', () => {
    expect(split([Buffer.from('abc')])).toBe('abc');
  });

  test('holds back only bytes that could start a mark', () => {
    expect(split([Buffer.from(`abc${nonce.slice(0, 5)}`)])).toBe('abc');
    expect(split([Buffer.from(`abc${nonce.slice(0, 5)}`), Buffer.from('x')])).toBe(`abc${nonce.slice(0, 5)}x`);
  });

  test('finds marks however the stream is split', () => {
    const piece = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', '\n', ...nonce), maxLength: 20 }).map((text) => [text, text] as const),
      fc.constantFrom('0', '137t', 's', '').map((word) => [`${nonce}${word}\n`, `[${word}]`] as const),
      fc
        .integer({ min: 0, max: nonce.length - 1 })
        .map((length) => [nonce.slice(0, length), nonce.slice(0, length)] as const),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(1000), { maxLength: 30 }), (pieces, places) => {
        // Exclude data that contains a complete nonce by chance, because a host cannot know it.
        const sent = `${pieces.map(([text]) => text).join('')}end`;
        fc.pre(sent.split(nonce).length - 1 === pieces.filter(([text]) => text.startsWith(nonce)).length);

        expect(split(cut(Buffer.from(sent, 'latin1'), places))).toBe(`${pieces.map(([, shown]) => shown).join('')}end`);
      }),
      { numRuns: 500 },
    );
  });
});
