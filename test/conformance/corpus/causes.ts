import type { Diagnostic } from '../../../src/core/source.ts';

/** Why files, tasks and templates fail, by what is said about them; the first pattern that matches counts. */
const causes: readonly (readonly [RegExp, string])[] = [
  [
    /constructor for the tag/,
    'Files of other programs (Conjur, Home Assistant, MkDocs, Zuul), with YAML tags that only these programs know. Ansible does not load them either.',
  ],
  [
    /which matches no line above|must be in quotes|unexpected text after/,
    'Not valid YAML. PyYAML refuses the files, too.',
  ],
  [
    /not a valid attribute|conflicting action|no module\/action|invalid meta action|must be specified as a dictionary|extra params|block as a handler/,
    'Keywords that do not exist, that have been removed (`sudo`), or that are not allowed where they are. Ansible refuses the files, too.',
  ],
  [
    /is undefined$/,
    'Names of roles or playbooks that only a variable on the command line (`-e`) gives. Without it, Ansible refuses the playbooks, too.',
  ],
  [/could not find or access/, 'Imports of files that are not in the repository. Ansible does not find them either.'],
  [/is not a parameter of/, 'Parameters that the module does not have with Ansible either.'],
  [
    /mode with a leading zero/,
    '`mode: 644` without a leading zero. This is our choice: Ansible sets the mode 1204, which nobody means.',
  ],
  [
    /^(unexpected|expected|Unexpected|Encountered)/,
    'Text in braces that is not Jinja: Go templates of Docker, Packer or Prometheus without `{% raw %}`, and expressions with syntax errors. Jinja refuses them, too.',
  ],
];

const unexplained = 'Not explained.';

const causeOf = (message: string): string => causes.find(([pattern]) => pattern.test(message))?.[1] ?? unexplained;

/** Failures by their causes, with the unexplained ones first, then the most frequent. */
export function byCause<T extends Pick<Diagnostic, 'message'>>(
  failures: readonly T[],
): readonly (readonly [string, readonly T[]])[] {
  const groups = new Map<string, T[]>();
  for (const failure of failures) {
    const cause = causeOf(failure.message);
    groups.set(cause, [...(groups.get(cause) ?? []), failure]);
  }
  return [...groups].sort(
    ([a, some], [b, others]) => Number(b === unexplained) - Number(a === unexplained) || others.length - some.length,
  );
}
