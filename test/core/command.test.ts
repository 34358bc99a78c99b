import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Command, joined, quote, reading, script, sh } from '../../src/core/command.ts';
import type { ShellQuestion } from '../../src/core/questions/shell.ts';

const shells = [['/bin/dash'], ['/bin/bash'], ['/bin/bash', '--posix'], ['/bin/busybox', 'sh'], ['/bin/zsh']].filter(
  ([file]) => existsSync(file!),
);

// If its stdin were a socket, as Node's pipes are, bash would read ~/.bashrc.
function run([file, ...words]: readonly string[], text: string): Buffer {
  return spawnSync(file!, [...words, '-c', text], {
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'inherit'],
  }).stdout;
}

// Except a NUL, which no shell can handle.
const word = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: fc.constantFrom(...'\'"\\$`!*?[]{}()<>|&;#~=-+ \t\n\r\u0001\u007f\u0081é漢👍'), maxLength: 30 }),
  )
  .filter((text) => !text.includes('\0'));

describe('quote', () => {
  for (const shell of shells) {
    test(`makes any word literal for ${shell.join(' ')}`, () => {
      const lists = fc.sample(fc.array(word, { maxLength: 12 }), 60);
      tellsAll(
        shell,
        lists.map((words) => `printf '%s\\0' ${words.map(quote).join(' ')}`),
        lists.map((words) => (words.length > 0 ? words : ['']).map((it) => `${it}\0`).join('')),
      );
    });

    test(`makes a word on its own literal for ${shell.join(' ')}`, () => {
      const words = fc.sample(word, 40);
      tellsAll(
        shell,
        words.map((it) => `printf %s ${quote(it)}`),
        words,
      );
    });
  }

  /** One shell runs all scripts. If the output is wrong, each script runs alone, to show which one is wrong. */
  function tellsAll(shell: readonly string[], scripts: readonly string[], expected: readonly string[]): void {
    const isEqual = run(shell, scripts.join('\n')).equals(Buffer.from(expected.join('')));
    if (!isEqual) for (const [at, text] of scripts.entries()) expect(run(shell, text).toString()).toBe(expected[at]);
    expect(isEqual).toBe(true);
  }

  test.for(['', '~', '~root', 'a=b', '-n', '#', '{a,b}', '!', '*', 'a b', '%', ';', '\\', "'", "''", '\n', '$HOME'])(
    'keeps %j',
    (it) => {
      expect(run(['/bin/sh'], `printf '%s' ${quote(it)}`).toString()).toBe(it);
    },
  );

  test('leaves plain words as they are', () => {
    expect(['a', '/etc/x.conf', 'root:adm', 'a@b', '100%', '1,2', 'a_b-c+d'].map(quote)).toEqual([
      'a',
      '/etc/x.conf',
      'root:adm',
      'a@b',
      '100%',
      '1,2',
      'a_b-c+d',
    ]);
  });
});

describe('sh', () => {
  test('quotes every value, and each word of a list separately', () => {
    expect(sh`chown ${'a b'} ${['x y', 'z', 3]}`.script).toBe("chown 'a b' 'x y' z 3");
  });

  test('inserts a script unchanged', () => {
    expect(sh`${script`test -e ${'a b'}`} && ${script`echo $HOME`}`.script).toBe("test -e 'a b' && echo $HOME");
  });

  test('inserts another command, and pieces joined by a separator', () => {
    const steps = joined([script`cd ${'a b'}`, script`ls`], script` && `);

    expect(sh`(${sh`cat ${'x y'}`}) || { ${steps}; }`.script).toBe("(cat 'x y') || { cd 'a b' && ls; }");
  });

  test('writes what a JavaScript template cannot contain: the shell’s braces and backticks', () => {
    expect(sh`echo "\${x%.}" "\`id\`" '\$x' ${'$x'}`.script).toBe('echo "${x%.}" "`id`" \'\\$x\' \'$x\'');
  });

  test('XM1: is the only way to make a command: plain text is not one', () => {
    const name = 'x; touch /tmp/PWNED';
    // @ts-expect-error: text that does not come from a tag is not a script
    const command: Command = { script: `echo ${name}` };
    // @ts-expect-error: nor is it for a question
    const question: ShellQuestion = { script: 'echo' };

    expect([command, question]).toHaveLength(2);
  });

  test('keeps backslashes that are written in it', () => {
    expect(sh`printf '%s\n' ${'x'}`.script).toBe("printf '%s\\n' x");
  });
});

describe('reading', () => {
  test('gives a command its stdin', () => {
    expect(reading(sh`cat`, 'text')).toEqual({ script: 'cat', stdin: 'text' });
  });
});
