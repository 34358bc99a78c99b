import { isAbsolute, join } from 'node:path';
import type { Position } from '../../core/source.ts';
import { truthOf } from '../../core/text/truth.ts';
import type { Raw } from '../../core/value.ts';
import { argPlace, shortTypeName } from '../load/action.ts';
import type { RawDict } from '../load/written.ts';
import type { Task } from '../model.ts';
import { type Checking, checkWeighed, problem, type ReachedPlay } from './checking.ts';
import { checkTemplateFile } from './templates.ts';

type Kind = 'files' | 'templates' | 'vars';

/** Parameters that name a file on the controller, for types that do not declare this themselves. */
const localFiles: Readonly<Record<string, { readonly param: string; readonly kind: Kind }>> = {
  copy: { param: 'src', kind: 'files' },
  template: { param: 'src', kind: 'templates' },
  script: { param: 'cmd', kind: 'files' },
  unarchive: { param: 'src', kind: 'files' },
};

/** Checks that the files and templates named in tasks exist, and that the templates can be read. */
export function checkLocalFiles(checking: Checking, { items }: ReachedPlay): void {
  // Files that the run itself creates on the controller cannot exist beforehand.
  const makesFiles = items.some(({ item }) => item.kind === 'task' && writesHere(item));
  for (const one of items) {
    const { item } = one;
    if (item.kind === 'task') checkWeighed(checking, one, (own) => checkTask(own, item, makesFiles));
  }
}

/** Whether a play may create files on the controller. */
export function makesLocalFiles({ play, items }: ReachedPlay): boolean {
  const tasks = items.flatMap(({ item }) => (item.kind === 'task' ? [item] : []));
  return (tasks.length > 0 && isLocal(play.hosts.value)) || tasks.some(writesHere);
}

const isLocal = (hosts: Raw): boolean => ['localhost', '127.0.0.1', '::1'].some((name) => String(hosts).includes(name));

const writesHere = (task: Task): boolean =>
  task.keywords.delegateTo !== undefined ||
  task.keywords.connection !== undefined ||
  (typeof task.type === 'string' && shortTypeName(task.type) === 'fetch');

function checkTask(checking: Checking, task: Task, makesFiles: boolean): void {
  const args = task.args instanceof Map ? (task.args as RawDict) : undefined;
  if (args === undefined || isRemote(args.get('remote_src'))) return;
  for (const { param, kind } of paramsOf(checking, task)) {
    const name = nameIn(args.get(param), param);
    if (name === undefined || /^(?:\/|~|\$)|:\/\//.test(name)) continue;
    const path = findLocal(checking, task, kind, name);
    if (path !== undefined && kind === 'templates' && !hasOwnSyntax(args))
      checkTemplateFile(checking, path, argPlace(args, param, task.argsAt, 'value'));
    if (path === undefined && !makesFiles) {
      const at = argPlace(args, param, task.argsAt, 'value');
      reportMissing(checking, task, kind, name, at);
    }
  }
}

const isRemote = (value: Raw | undefined): boolean => value !== undefined && value !== null && truthOf(value) !== false;

function paramsOf(checking: Checking, task: Task): readonly { param: string; kind: Kind }[] {
  if (typeof task.type !== 'string') return [];
  const specs = Object.entries(checking.options.taskType?.(task.type)?.params ?? {});
  const said = specs.flatMap(([param, { localFile }]) => (localFile === undefined ? [] : [{ param, kind: localFile }]));
  const usual = localFiles[shortTypeName(task.type)];
  return said.length > 0 || usual === undefined ? said : [usual];
}

// In a command, only the first word names the file.
function nameIn(value: Raw | undefined, param: string): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  return param === 'cmd' ? value.trim().split(/\s+/)[0] : value;
}

const hasOwnSyntax = (args: RawDict): boolean =>
  [...args.keys()].some((key) => /_(?:start|end)_string$/.test(String(key)));

/** The template file that a task names literally. Undefined if it names none, or sets its own delimiters. */
export function templateFileOf(checking: Checking, task: Task): string | undefined {
  const args = task.args instanceof Map ? (task.args as RawDict) : undefined;
  if (args === undefined || typeof task.type !== 'string' || shortTypeName(task.type) !== 'template') return undefined;
  const name = nameIn(args.get('src'), 'src');
  if (name === undefined || hasOwnSyntax(args)) return undefined;
  return findLocal(checking, task, 'templates', name);
}

function findLocal(checking: Checking, task: Task, kind: Kind, name: string): string | undefined {
  return candidates(task, kind, name).find(
    (path) => checking.options.files.isFile(path) || checking.options.files.isDirectory(path),
  );
}

const candidates = (task: Task, kind: Kind, name: string): string[] =>
  task.searchPath.flatMap((folder) =>
    isAbsolute(name) ? [name] : [join(folder, kind, name), join(folder, '..', kind, name), join(folder, name)],
  );

function reportMissing(checking: Checking, task: Task, kind: Kind, name: string, at: Position): void {
  const searched = task.searchPath.flatMap((folder) => [join(folder, kind, name), join(folder, name)]);
  const message = `Could not find or access '${name}' on the Ansible Controller.`;
  problem(checking, 'missing-file', message, at, `searched ${[...new Set(searched)].join(', ')}`);
}
