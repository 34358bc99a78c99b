import { defineTask, nothing, type Question, type ShellAnswer } from '../src/sdk.ts';
import { askDnfList, readDnfList } from './shared/packages/rpm/dnf-list.ts';
import { dnfParams } from './shared/packages/rpm/dnf-params.ts';
import { dnfResult, planDnf } from './shared/packages/rpm/dnf-plan.ts';
import { askDnf } from './shared/packages/rpm/dnf-questions.ts';

export default defineTask({
  name: 'ansible.builtin.dnf',
  summary: 'Install, upgrade and remove packages with dnf.',
  description:
    'If rpm has everything that is wanted, dnf is not asked. Otherwise dnf says first what it would do, in a view of the host of its own that keeps nothing, so a check also reports dependencies, and the task fails at once if a package is not available. Works with dnf 4, dnf 5 and yum.',
  params: {
    ...dnfParams,
    use_backend: {
      type: 'str',
      default: 'auto',
      choices: ['auto', 'yum', 'dnf', 'yum4', 'dnf4', 'dnf5'],
      doc: 'The program to use: `dnf5`, or the first of dnf, dnf5 and yum that the host has.',
    },
  },
  rules: { mutuallyExclusive: [['best', 'nobest']] },
  prepare: (task) => ({ ...task, ...(task.use_backend === 'dnf5' && { programs: ['dnf5'] }) }),
  ask: (task, { environment }): DnfQuestions =>
    task.list === undefined
      ? { found: askDnf(task, environment), listed: nothing() }
      : { found: nothing(), listed: askDnfList(task, task.list, environment) },
  plan: ({ found, listed }, task, context) =>
    found === undefined ? readDnfList(listed) : planDnf(found, task, context),
  result: ({ changes, params: task }) => (task.list === undefined ? dnfResult(changes) : {}),
  returns: {
    msg: 'What there was to do, if nothing was done.',
    rc: '0.',
    results: 'What was installed and removed, a text for each package; with `list`, a dictionary for each.',
    failures: 'In a failure: why packages could not be installed.',
  },
  examples: [
    { title: 'Install packages', yaml: 'dnf:\n  name: [httpd, mariadb-server]', runs: { no: 'needs dnf' } },
    {
      title: 'Install at least this version, from a repository that is disabled otherwise',
      yaml: 'dnf:\n  name: httpd >= 2.4\n  enablerepo: testing',
      runs: { no: 'needs dnf' },
    },
    { title: 'Upgrade everything', yaml: "dnf:\n  name: '*'\n  state: latest", runs: { no: 'needs dnf' } },
    {
      title: 'Remove a package, and the dependencies that only it needed',
      yaml: 'dnf:\n  name: httpd\n  state: absent\n  autoremove: true',
      runs: { no: 'needs dnf' },
    },
  ],
});

interface DnfQuestions extends Record<string, Question<ShellAnswer | undefined>> {
  readonly found: Question<ShellAnswer | undefined>;
  readonly listed: Question<ShellAnswer | undefined>;
}
