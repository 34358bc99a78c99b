import { pairs } from '../../core/pairs.ts';
import { fail } from '../errors.ts';

const VERSION =
  /^\s*v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d*))?(?:(?:-(\d+))|(?:[-_.]?(post|rev|r)[-_.]?(\d*)))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*$/i;

const PRE: Record<string, number> = { a: 1, alpha: 1, b: 2, beta: 2, c: 3, rc: 3, pre: 3, preview: 3 };
const LAST = Number.POSITIVE_INFINITY;

/** Compares two Python versions (PEP 440). */
export function comparePep440(a: string, b: string): number {
  return compareKeys(key(a), key(b));
}

type Key = (number | string | Key)[];

function key(text: string): Key {
  const match = VERSION.exec(text);
  if (!match) return fail(`Version comparison failed: Invalid version: '${text}'`);
  const [, epoch, release = '', pre, preNumber, dash, post, postNumber, dev, devNumber, local] = match;
  const hasPost = dash !== undefined || post !== undefined;
  return [
    Number(epoch ?? 0),
    release
      .replace(/(?:\.0+)*$/, '')
      .split('.')
      .map(Number),
    preKey(pre, preNumber, hasPost, dev !== undefined),
    hasPost ? [Number(dash ?? (postNumber || 0))] : [-1],
    dev ? [Number(devNumber || 0)] : [LAST],
    local === undefined
      ? [-1]
      : local
          .toLowerCase()
          .split(/[-_.]/)
          .map((part): Key => (/^\d+$/.test(part) ? [1, Number(part)] : [0, part])),
  ];
}

/** `1.0.dev1` comes before `1.0a1`, which comes before `1.0`. */
function preKey(pre: string | undefined, number: string | undefined, hasPost: boolean, isDev: boolean): Key {
  if (pre) return [PRE[pre.toLowerCase()]!, Number(number || 0)];
  return [!hasPost && isDev ? -1 : LAST];
}

function compareKeys(a: Key, b: Key): number {
  const common = Math.min(a.length, b.length);
  for (const [x, y] of pairs(a.slice(0, common), b.slice(0, common))) {
    const order = compareParts(x, y);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareParts(x: Key[number], y: Key[number]): number {
  if (Array.isArray(x) || Array.isArray(y)) return compareKeys(Array.isArray(x) ? x : [x], Array.isArray(y) ? y : [y]);
  if (x === y) return 0;
  return x < y ? -1 : 1;
}
