import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checksum } from '../../../src/core/questions/files/checksum.ts';
import { stat } from '../../../src/core/questions/files/stat.ts';
import { mergeQuestions } from '../../../src/engine/host/round.ts';

// Debian's `busybox sh` prefers its own stat and sha1sum, which know other options than GNU's.
test.runIf(existsSync('/bin/busybox')).for([
  ['stat', stat('/etc/hosts')],
  ['checksum', checksum('/etc/hosts')],
] as const)('a tool that does not know our options has not found that a file is absent: %s', ([, question]) => {
  const asking = mergeQuestions([question]);
  const replies = asking.parts.map(({ script }) => {
    const { status, stdout, stderr } = spawnSync('/bin/busybox', ['sh', '-c', script]);
    return { code: status ?? -1, stdout, stderr };
  });

  expect(asking.read(replies).get(question.key)).toEqual({ ok: false, why: expect.stringMatching(/option/) });
});
