import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { Question } from '../../../src/core/question.ts';
import { groupAccount, userAccount } from '../../../src/core/questions/accounts/account.ts';
import { homeFile } from '../../../src/core/questions/accounts/home-file.ts';
import { self } from '../../../src/core/questions/accounts/self.ts';
import { user } from '../../../src/core/questions/accounts/users.ts';
import { checksum } from '../../../src/core/questions/files/checksum.ts';
import { content } from '../../../src/core/questions/files/content.ts';
import { exists } from '../../../src/core/questions/files/exists.ts';
import { stat } from '../../../src/core/questions/files/stat.ts';
import { aptLists } from '../../../src/core/questions/packages/apt.ts';
import { packages } from '../../../src/core/questions/packages/packages.ts';
import { mergeQuestions } from '../../../src/engine/host/round.ts';

/** Counts the processes that the scripts of a round start. Each script has its own shell, which is not counted. */
function processes(...questions: readonly Question<unknown>[]): number {
  const counts = mergeQuestions(questions).parts.map(({ script }) => {
    const { stderr } = spawnSync('strace', ['-f', '-qq', '-e', 'trace=fork,vfork,clone,clone3', 'sh'], {
      input: `exec 2>/dev/null\n${script}\n:`,
      encoding: 'utf8',
    });
    return stderr.match(/\b(?:v?fork|clone3?)\(/g)?.length ?? 0;
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

const traces = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status === 0;

// A process costs about a millisecond on the host, so twenty paths must not cost twenty times as much as one.
describe.skipIf(!traces)('the processes that questions start', () => {
  test.for([
    ['stat of files', [stat('/etc/passwd'), stat('/etc/group'), stat('/no/such')], 2],
    ['stat of files and links', [stat('/etc/passwd'), stat('/proc/self/exe'), stat('/bin')], 4],
    ['checksums', [checksum('/etc/passwd'), checksum('/etc/group'), checksum('/no/such')], 2],
    ['contents', [content('/etc/passwd'), content('/etc/group'), content('/no/such')], 3],
    ['existence', [exists('/etc/passwd'), exists('/etc/*.conf'), exists('/no/such')], 0],
    ['existence below a directory', [exists('passwd', '/etc')], 1],
    ['accounts', [userAccount('root'), userAccount('daemon'), groupAccount('adm')], 2],
    ['users', [user('root'), user('daemon')], 4],
    ["a user's file", [homeFile('root', '.no-such-file')], 3],
    ['packages', [packages('dpkg'), packages('coreutils')], 2],
    ['our own user', [self()], 1],
    ['package lists', [aptLists], 2],
  ] as const)('%s', ([, questions, count]) => {
    expect(processes(...(questions as readonly Question<unknown>[]))).toBe(count);
  });
});
