import { expect, test } from 'vitest';
import { type Freshness, freshness } from '../../../src/core/questions/services/freshness.ts';
import { touches } from '../../../src/core/touches.ts';

const { kind, arg } = freshness('x', 'system', ['/etc/default/x', '/etc/x.d']);

/** Whether a change affects what is known about this configuration. */
function isTouched(changed: string, answer?: Freshness): boolean {
  const about = kind.about?.(arg, answer) ?? 'everything';
  return about === 'everything' || about.some((asked) => touches(changed, asked.replace(/^by:/, '')));
}

test.for([
  ['listed:/etc/default*', { missing: [], files: ['/etc/default/x'] }, false],
  ['data:/etc/default/x', { missing: [], files: ['/etc/default/x'] }, true],
  ['listed:/etc/x.d*', { missing: [], files: ['/etc/default/x'] }, true],
  ['listed:/etc/default*', undefined, true],
] as const)('M11: %s touches configuration with the answer %j: %s', ([changed, answer, wanted]) => {
  expect(isTouched(changed, answer)).toBe(wanted);
});
