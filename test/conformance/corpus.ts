// Loads every playbook, role, task file and template of playbook repositories, and writes the results to docs/corpus.md. The repositories
// are not part of this one and must be fetched first.
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Diagnostic } from '../../src/core/source.ts';
import { compareLoading, type Loading } from './corpus/compare-loading.ts';
import { type Survey, survey, type Tally } from './corpus/survey.ts';

function report(surveys: readonly { root: string; found: Survey }[]): void {
  // Bundled into dist/ before it runs.
  const file = join(import.meta.dirname, '..', 'docs/corpus.md');
  const text = page(surveys);
  if (!process.argv.includes('--dry')) writeFileSync(file, text);
  process.stdout.write(text);
}

const page = (surveys: readonly { root: string; found: Survey }[]): string => `# The corpus

Public repositories of playbooks, each file loaded on its own: playbooks as they are, task files and handlers in the role
that they belong to, files of variables and other YAML as such, templates compiled. A task binds when its parameters are
what its type takes. Made by \`npm run corpus -- DIR...\`; DIR is a clone of a repository.

| repository | files | load | tasks | bind | templates | compile | CPU seconds |
| --- | --: | --: | --: | --: | --: | --: | --: |
${[...surveys.map(({ found }) => row(found)), row(sumOf(surveys.map(({ found }) => found)))].join('\n')}

## How long loading takes

CPU seconds of one \`--syntax-check\` of all playbooks at the top of a repository, start of the program included: Ansible's
ansible-playbook (2.14), ours called by that name, and \`run --syntax-check\`, which also loads what includes bring, compiles all
templates, binds all parameters and looks for variables that nobody defines. (Left out: where ansible-playbook
refuses a playbook, mostly for want of a collection.)

| repository | playbooks | ansible-playbook | ours, as ansible-playbook | run | ratio | ratio of run |
| --- | --: | --: | --: | --: | --: | --: |
${surveys.flatMap(({ root, found }) => loadingRow(found.name, compareLoading(root, program))).join('\n')}

## What does not

${surveys.flatMap(({ root, found }) => found.failures.map((failure) => `- ${shown(root, failure)}`)).join('\n') || 'Nothing.'}

## Names from elsewhere

Task types, filters, tests, lookups and roles that are neither in the repository nor in this program, and how often each is
asked for.

${(['task type', 'filter', 'test', 'lookup', 'role'] as const).map((kind) => `- ${kind}s: ${names(surveys, kind)}`).join('\n')}
`;

// Bundled into dist/ before it runs.
const program = join(import.meta.dirname, 'run.cjs');

const loadingRow = (name: string, loading: Loading | undefined): readonly string[] => {
  if (loading === undefined) return [];
  const { playbooks, theirs, asAnsible, asRun } = loading;
  const seconds = [theirs, asAnsible, asRun].map((cpu) => cpu.toFixed(2));
  const ratios = [asAnsible, asRun].map((cpu) => `${(theirs / cpu).toFixed(1)}×`);
  return [`| ${[name, playbooks, ...seconds, ...ratios].join(' | ')} |`];
};

const row = ({
  name,
  files,
  tasks,
  templates,
  seconds,
}: Pick<Survey, 'name' | 'files' | 'tasks' | 'templates' | 'seconds'>): string =>
  `| ${name} | ${[files, tasks, templates].map((tally) => `${tally.total} | ${percent(tally)}`).join(' | ')} | ${seconds.toFixed(1)} |`;

const percent = ({ total, right }: Tally): string =>
  total === 0 || right === total ? '100 %' : `${((100 * right) / total).toFixed(2)} %`;

function sumOf(surveys: readonly Survey[]) {
  const sum = (key: 'files' | 'tasks' | 'templates'): Tally => ({
    total: surveys.reduce((total, survey) => total + survey[key].total, 0),
    right: surveys.reduce((total, survey) => total + survey[key].right, 0),
  });
  const seconds = surveys.reduce((total, survey) => total + survey.seconds, 0);
  return { name: 'all', files: sum('files'), tasks: sum('tasks'), templates: sum('templates'), seconds };
}

function shown(root: string, { at, message }: Diagnostic): string {
  const file = at?.file.replace(`${root}/`, `${root.replace(/^.*\//, '')}/`);
  return `${at === undefined ? '' : `${file}:${at.line}: `}${message.replaceAll(root, '.').replaceAll('\n', ' ')}`;
}

function names(surveys: readonly { found: Survey }[], kind: keyof Survey['elsewhere']): string {
  const all = new Map<string, number>();
  for (const { found } of surveys)
    for (const [name, count] of found.elsewhere[kind]) all.set(name, (all.get(name) ?? 0) + count);
  const sorted = [...all].sort(([, a], [, b]) => b - a);
  return sorted.map(([name, count]) => `${name} (${count})`).join(', ') || 'none';
}

const folders = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));

if (folders.length === 0) {
  process.stderr.write(`usage: npm run corpus -- DIR...

DIR: a repository of playbooks, as from
  git clone --depth 1 https://github.com/kubernetes-sigs/kubespray /tmp/corpus/kubespray
`);
  process.exitCode = 1;
} else report(folders.map((folder) => ({ root: resolve(folder), found: survey(resolve(folder)) })));
