import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checksum } from '../../../src/core/questions/files/checksum.ts';
import { content } from '../../../src/core/questions/files/content.ts';
import { askAll, folder } from '../../tasks/local-host.ts';

describe('content', () => {
  test('is the bytes of a regular file, following links; undefined for anything else', async () => {
    using dir = folder();
    const bytes = Buffer.from([0, 255, 10, 10, 13]);
    writeFileSync(dir.at('-f'), bytes);
    symlinkSync('-f', dir.at('l'));
    mkdirSync(dir.at('d'));

    const answers = await askAll(['-f', 'l', 'missing', 'd'].map((name) => content(dir.at(name))));

    expect(answers).toEqual([
      { ok: true, value: { bytes, resolved: dir.at('-f') } },
      { ok: true, value: { bytes, resolved: dir.at('-f') } },
      { ok: true, value: { bytes: undefined, resolved: dir.at('missing') } },
      { ok: true, value: { bytes: undefined, resolved: dir.at('d') } },
    ]);
  });
});

describe('checksum', () => {
  test('is that of the bytes, with one process per algorithm, whatever the name', async () => {
    using dir = folder();
    writeFileSync(dir.at("a * b'\nc\\"), 'one');
    writeFileSync(dir.at('b'), 'two');
    mkdirSync(dir.at('d'));
    const asked = [
      checksum(dir.at("a * b'\nc\\")),
      checksum(dir.at('b'), 'md5'),
      checksum(dir.at('missing')),
      checksum(dir.at('d')),
      checksum(dir.at('b')),
    ];

    const answers = await askAll(asked);

    const hex = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('hex');
    expect(answers.map((answer) => answer.ok && answer.value.hex)).toEqual([
      hex('sha1', 'one'),
      hex('md5', 'two'),
      undefined,
      undefined,
      hex('sha1', 'two'),
    ]);
    expect(asked[0]!.kind.scripts(asked.map((one) => one.arg))).toHaveLength(2);
  });

  test.runIf(process.getuid?.() !== 0)('reports why a file cannot be read', async () => {
    expect(await askAll([checksum('/etc/shadow')])).toMatchObject([
      { ok: false, why: expect.stringContaining('Permission denied') },
    ]);
  });
});
