import { describe, expect, test } from 'vitest';
import { readArguments } from '../../src/core/key-value.ts';

describe('arguments in a string', () => {
  // As answered by ansible-core 2.14's splitter.
  test.for<[string, Record<string, string>, string]>([
    ['src=a dest=b', { src: 'a', dest: 'b' }, ''],
    ['msg="a \'b\' c"', { msg: "a 'b' c" }, ''],
    ['msg=\'it is "x"\'', { msg: 'it is "x"' }, ''],
    ['msg=a\\=b', { msg: 'a\\=b' }, ''],
    ['msg="a\\nb\\"c"', { msg: 'a\nb"c' }, ''],
    ["msg={{ 'a  b' }}", { msg: "{{ 'a  b' }}" }, ''],
    ['msg={{ x == "y z" }} other=1', { msg: '{{ x == "y z" }}', other: '1' }, ''],
    ['hello world', {}, 'hello world'],
    ['x.yml a=1', { a: '1' }, 'x.yml'],
  ])('%s', ([text, pairs, free]) => {
    const found = readArguments(text, false);

    expect([Object.fromEntries(found.pairs), found.free.trim()]).toEqual([pairs, free]);
  });

  test.for<[string, Record<string, string>, string]>([
    ['echo a=b "x y" chdir=/tmp', { chdir: '/tmp' }, 'echo a=b "x y"'],
    ['echo  two   spaces    chdir=/tmp   x', { chdir: '/tmp' }, 'echo  two   spaces    x'],
    ['echo a; creates="/tmp/no such"', { creates: '/tmp/no such' }, 'echo a;'],
    ['echo a\n  echo  b   c\nchdir=/tmp', { chdir: '/tmp' }, 'echo a\n  echo  b   c\n'],
    ['apt-get update && \\ A=b apt-get install c', {}, 'apt-get update && A=b apt-get install c'],
    ['a \\\n  --b=c', {}, 'a  --b=c'],
    ["awk '{ print $1 }' chdir=/", { chdir: '/' }, "awk '{ print $1 }'"],
    ['echo {{ a | d("x=y z") }} creates={{ b }}', { creates: '{{ b }}' }, 'echo {{ a | d("x=y z") }}'],
  ])('of a command: %s', ([text, pairs, free]) => {
    const found = readArguments(text, true);

    expect([Object.fromEntries(found.pairs), found.free]).toEqual([pairs, free]);
  });
});
