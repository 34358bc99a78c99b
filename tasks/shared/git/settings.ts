import type { Self, ShellAnswer, Subject } from '../../../src/sdk.ts';
import { unanswered } from '../commands/unanswered.ts';

/** Where a git setting is: a file, a repository, or the configuration of the user or the host. */
interface SettingsPlace {
  readonly scope: 'file' | 'local' | 'global' | 'system' | undefined;
  readonly file?: string | undefined;
  readonly repo?: string | undefined;
}

/** The files that settings depend on; without a scope, all of them. */
export function settingsFiles({ scope, file, repo }: SettingsPlace, { uid, user }: Self): readonly Subject[] {
  const home = uid === 0 ? '/root' : `/home/${user}`;
  const files = {
    file: [`data:${file}`],
    local: [`data:${repo}/.git/config`, `data:${repo}/config`, `inode:${repo}`],
    global: [`data:${home}/.gitconfig`, `data:${home}/.config/git/config`],
    system: ['data:/etc/gitconfig'],
  };
  return scope === undefined ? Object.values(files).flat() : files[scope];
}

/** Why git told no settings. Exit code 1 without a message says that there is no such setting; a missing file has none. */
export function settingsFailure(answer: ShellAnswer) {
  const isNone = answer.stderr.trim() === '' ? answer.code === 1 : answer.stderr.includes('unable to read config file');
  const failed = isNone ? undefined : unanswered(answer, { name: 'git', package: 'git' });
  return failed === undefined ? undefined : { failed, result: { rc: answer.code } };
}
