import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeText, encodeText } from '../../src/core/text-codec.ts';

describe('XM8, P18: bytes as text and back', () => {
  test('are unchanged, whatever the bytes', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.string({ unit: 'binary' }).map((text) => new TextEncoder().encode(text)),
    );
    fc.assert(
      fc.property(fc.array(bytes), (parts) => {
        const all = Buffer.concat(parts);
        expect(encodeText(decodeText(all)).equals(all)).toBe(true);
      }),
    );
  });

  test.for([
    ['caf\xe9', 'caf\udce9'],
    ['caf\xc3\xa9', 'café'],
    ['\xf0\x9f\x98\x80\xf0\x9f', '😀\udcf0\udc9f'],
    ['\xed\xb3\xa9', '\udced\udcb3\udca9'],
    ['\xc0\xaf\xef\xbf\xbd', '\udcc0\udcaf\ufffd'],
    ['\xef\xbb\xbfx', '\ufeffx'],
  ] as const)('%j is %j, as in Python', ([latin, text]) => {
    expect(decodeText(Buffer.from(latin, 'latin1'))).toBe(text);
  });

  test('including a megabyte of random bytes', () => {
    const bytes = Buffer.alloc(1 << 20, 'caf\xe9 \xc3\xa9', 'latin1');
    expect(encodeText(decodeText(bytes)).equals(bytes)).toBe(true);
  });
});

test('XM8: output from hosts is never decoded in any other way', () => {
  const root = join(import.meta.dirname, '../..');
  const sources = ['src/core', 'src/engine', 'src/cli', 'tasks'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(root, folder, name)),
  );
  const otherwise = /\b(stdout|stderr)\s*\??\.toString\((?!'latin1')/;

  expect(sources.filter((path) => otherwise.test(readFileSync(path, 'utf8')))).toEqual([]);
});
