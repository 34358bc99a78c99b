import type { Diagnostic } from '../../../src/core/source.ts';

/** Why files, tasks and templates fail, by what is said about them or by the code of that; the first row that matches counts. */
const causes: readonly (readonly [RegExp | readonly string[], string])[] = [
  [
    /constructor for the tag/,
    'Files of other programs (Conjur, Home Assistant, MkDocs, Zuul), with YAML tags that only these programs know. Ansible does not load them either.',
  ],
  [['yaml-syntax'], 'Not valid YAML. PyYAML refuses the files, too.'],
  [
    [
      'unknown-keyword',
      'conflicting-actions',
      'no-action',
      'no-role',
      'unknown-meta',
      'wrong-keyword-type',
      'extra-params',
      'block-as-handler',
      'role-as-handler',
      'invalid-variable-name',
    ],
    'Keywords that do not exist, that have been removed (`sudo`), or that are not allowed where they are, and names that are no names of variables. Ansible refuses the files, too.',
  ],
  [
    /is undefined$/,
    'Names of roles or playbooks that only a variable on the command line (`-e`) gives. Without it, Ansible refuses the playbooks, too.',
  ],
  [['missing-file'], 'Imports of files that are not in the repository. Ansible does not find them either.'],
  [
    ['unknown-parameter'],
    'Parameters that the module does not have in the collections of Debian 12 either: they have been removed, are newer, or never existed.',
  ],
  [
    ['missing-parameter', 'conflicting-parameters', 'not-a-choice'],
    'Parameters that are missing or that exclude each other, and values that the parameter cannot have (`state: running`, which has been removed). With the Ansible of Debian 12, the task fails, too.',
  ],
  [
    ['mode-without-zero'],
    '`mode: 644` without a leading zero. This is our choice: Ansible sets the mode 1204, which nobody means.',
  ],
  [
    ['template-syntax'],
    'Text in braces that is not Jinja: Go templates of Docker, Packer or Prometheus without `{% raw %}`, and expressions with syntax errors. Jinja refuses them, too.',
  ],
];

const unexplained = 'Not explained.';

type Failure = Pick<Diagnostic, 'code' | 'message'>;

const causeOf = ({ code, message }: Failure): string =>
  causes.find(([sign]) => (sign instanceof RegExp ? sign.test(message) : sign.includes(code)))?.[1] ?? unexplained;

/** Failures by their causes, with the unexplained ones first, then the most frequent. */
export function byCause<T extends Failure>(failures: readonly T[]): readonly (readonly [string, readonly T[]])[] {
  const groups = new Map<string, T[]>();
  for (const failure of failures) {
    const cause = causeOf(failure);
    groups.set(cause, [...(groups.get(cause) ?? []), failure]);
  }
  return [...groups].sort(
    ([a, some], [b, others]) => Number(b === unexplained) - Number(a === unexplained) || others.length - some.length,
  );
}
