import { expect, test } from 'vitest';
import { pythonJson } from '../../tasks/shared/text.ts';

// As written by Ansible 2.14 for `content:` of copy.
test('JSON is the same as in Python', () => {
  const data = { a: 'é😀', b: [1, true, null], é: '\u007f/' };

  expect(pythonJson(data)).toBe('{"a": "\\u00e9\\ud83d\\ude00", "b": [1, true, null], "\\u00e9": "\\u007f/"}');
});
