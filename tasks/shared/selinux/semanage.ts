import {
  blurs,
  type Command,
  type Effect,
  mayAlter,
  predicts,
  type Question,
  type ShellAnswer,
  sh,
  shell,
  shellAnswer,
} from '../../../src/sdk.ts';
import { unanswered } from '../commands/unanswered.ts';

/** The program that manages the policy. */
export const semanageTool = { name: 'semanage', package: 'policycoreutils-python-utils' };

/** What answers of semanage depend on besides their subjects: the tool and the policy. */
export const aboutSemanage = ['by:package:policycoreutils-python-utils', 'by:package:selinux-policy-default'];

/** Asks which mode SELinux is in: `1` for enforcing, `0` for permissive, nothing if it is disabled. */
export const askMode: Question<ShellAnswer> = shell({
  ...sh`[ ! -e /sys/fs/selinux/enforce ] || cat /sys/fs/selinux/enforce`,
  about: ['selinux:mode', 'by:boot:'],
});

/** Whether SELinux is enabled. */
export const isEnabled = (mode: ShellAnswer | undefined): boolean => (mode?.stdout.trim() ?? '') !== '';

/** The parameters that all types with records have. */
interface RecordParams {
  readonly reload: boolean;
  readonly ignore_selinux_state: boolean;
}

/** Why a task cannot work on records, if it cannot. */
export function recordRefusal(mode: ShellAnswer, records: ShellAnswer, task: RecordParams): string | undefined {
  if (!isEnabled(mode) && !task.ignore_selinux_state)
    return 'SELinux is disabled on this host: enable it, or set `ignore_selinux_state: true`';
  return unanswered(records, semanageTool);
}

/** The lines of `semanage OBJECT -l`: all, and those that are not part of the policy. */
export interface Records {
  readonly all: readonly string[];
  readonly own: readonly string[];
}

/**
 * Asks for the records of a kind (`port`, `login`) that contain a text, and for all equivalences of paths, which are
 * among those of `fcontext`.
 */
export const askRecords = (object: string, containing = ''): Question<ShellAnswer> =>
  shell({
    ...sh`command -v semanage >/dev/null || exit 127
_all=$(semanage ${object} -l -n) || exit
_own=$(semanage ${object} -l -C -n) || exit
printf '%s\n---\n%s\n' "$_all" "$_own" | grep -F -e --- -e ' = ' -e ${containing}`,
    about: [`selinux:${object}/${containing}`, ...aboutSemanage],
  });

/** Reads the answer to `askRecords`. */
export function readRecords({ stdout }: ShellAnswer): Records {
  const [all = '', own = ''] = stdout.split(/^---$/m);
  const lines = (text: string) => text.split('\n').filter((line) => line.trim() !== '');
  return { all: lines(all), own: lines(own) };
}

/** The answer to `askRecords` with these records. */
const answerWith = ({ all, own }: Records): ShellAnswer => shellAnswer(`${all.join('\n')}\n---\n${own.join('\n')}\n`);

/** The effects of a change of records: what is asked afterwards, and the files that the policy is stored in. */
export const recordEffects = (question: Question<ShellAnswer>, after: Records): readonly Effect[] => [
  predicts(question, answerWith(after)),
  ...policyFiles,
];

/** The files in which the policy is stored, which every change writes again. */
export const policyFiles: readonly Effect[] = [
  blurs('path:/var/lib/selinux'),
  mayAlter('path:/etc/selinux/default', 'path:/etc/selinux/targeted', 'path:/etc/selinux/mls'),
];

/** A command that changes a record. */
export const semanage = (object: string, { reload }: Pick<RecordParams, 'reload'>, words: readonly string[]): Command =>
  sh`semanage ${object} ${reload ? [] : ['-N']} ${words} >/dev/null`;

/** The parameters of all types with records, for their tables of parameters. */
export const recordParams = {
  reload: { type: 'bool', default: true, doc: 'Load the changed policy into the kernel.' },
  ignore_selinux_state: {
    type: 'bool',
    default: false,
    doc: 'Change the stored policy even if SELinux is disabled.',
  },
} as const;
