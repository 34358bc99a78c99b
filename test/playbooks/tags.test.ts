import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/lab/paths.ts';

// M minor: --tags skips one without tags, and the proofs after it would see what is not in effect yet.
test('M minor: every handler flush between the tasks of a step has the tags of those tasks', () => {
  const root = join(packageRoot(), 'playbooks', 'off1-proxy');
  const bare = readdirSync(root).filter((file) =>
    /^- meta: flush_handlers\n(?! +tags:)/m.test(readFileSync(join(root, file), 'utf8')),
  );

  expect(bare).toEqual([]);
});
