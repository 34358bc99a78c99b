import { describe, expect, test } from 'vitest';
import aptRepository from '../../tasks/apt_repository.ts';
import { changesOn, commandsOn } from './harness.ts';

const mine = 'deb http://x.example.org/ stable main';
const file = '/etc/apt/sources.list.d/x_example_org.list';
const state = (text: string | undefined) => ({
  sources: { code: 0, stderr: '', stdout: text === undefined ? '' : `\x1e${file}\n${text}` },
});

describe('apt_repository', () => {
  test.for([
    [`${mine}\n`, {}, []],
    [`${mine} # note\n`, {}, []],
    [`${mine} # note\n`, { repo: `${mine} # other` }, []],
    [undefined, { repo: `${mine} # note` }, [`package source ${mine}: absent → ${file}`]],
    [`${mine} # note\n`, { repo: `${mine} # note`, state: 'absent' }, [`package source ${mine}: ${file} → absent`]],
  ] as const)('P14: %j, given %j: %j', ([text, args, wanted]) => {
    expect(changesOn(aptRepository, state(text), { repo: mine, ...args })).toEqual(wanted);
  });

  test('P13: a source that apt cannot fetch is removed again', () => {
    expect(commandsOn(aptRepository, state(undefined), { repo: mine }).at(-1)).toMatch(
      new RegExp(`\\|\\| \\{ code=.*\\nrm -f -- ${file}\\nexit`),
    );
    expect(commandsOn(aptRepository, state('deb http://y.example.org/ a b\n'), { repo: mine }).at(-1)).toContain(
      `printf %s 'deb http://y.example.org/ a b\n' >${file}`,
    );
  });
});
