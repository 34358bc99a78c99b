import { Document, visit } from 'yaml';
import { visible } from '../../core/visible.ts';
import { type AtPath, isPlainText } from '../at-path.ts';
import { secretIn } from './secrets.ts';
import { linkTask, pathOfTask, type Unmanaged, type WantedTask } from './thing.ts';

/** A host and its things, with the text of the files that tasks need. */
interface ToDeclare {
  readonly host: string;
  readonly things: readonly Unmanaged[];
  readonly contents: ReadonlyMap<string, AtPath>;
  readonly become: boolean;
}

/** A task as it is written, or a comment in its place. */
type Written =
  | { readonly task: WantedTask; readonly name: string; readonly args: Readonly<Record<string, unknown>> }
  | { readonly comment: string };

/** A playbook with the tasks that would declare things. What cannot be declared, or holds a secret, is a comment. */
export function asTasks({ host, things, contents, become }: ToDeclare): string {
  const written = inOrder(things).map(({ thing, task }) => writtenTask(thing, task, contents));
  const instead = things.filter(({ tasks }) => tasks.length === 0).map(withoutTask);
  const play = {
    name: `What was done by hand on ${host}`,
    hosts: host,
    gather_facts: false,
    ...(become && { become }),
  };
  const comments = [...written.flatMap((one) => ('comment' in one ? [one.comment] : [])), ...instead];
  const tasks = written.flatMap((one) => ('task' in one ? [{ name: one.name, [one.task.type]: one.args }] : []));
  const text = yamlOf([{ ...play, tasks }]);
  return `${text}${comments.map((comment) => `\n${commented(comment)}`).join('')}`;
}

/** A task and the thing that it declares. */
interface PlacedTask {
  readonly thing: Unmanaged;
  readonly task: WantedTask;
}

/** What others need comes first: sources before packages, groups before users, users before their files. */
const STAGES: readonly ((step: PlacedTask) => boolean)[] = [
  ({ thing }) => thing.name.startsWith('/etc/apt/'),
  ({ task }) => /\.(apt|dpkg_selections|dpkg_divert|alternatives)$/.test(task.type),
  ({ task }) => task.type.endsWith('.group'),
  ({ task }) => task.type.endsWith('.user'),
  ({ task }) => !task.type.endsWith('.systemd'),
  () => true,
];

/** The tasks for all things, each once, in an order in which a new host can be set up; packages in one task. */
export function inOrder(things: readonly Unmanaged[]): readonly PlacedTask[] {
  const all = things.flatMap((thing) => thing.tasks.map((task) => ({ thing, task })));
  const once = [...new Map(all.map((step) => [JSON.stringify(step.task), step])).values()];
  const staged = once.toSorted((a, b) => stageOf(a) - stageOf(b));
  const isPlainApt = ({ task }: PlacedTask): boolean =>
    task.type.endsWith('.apt') && Object.keys(task.args).join() === 'name';
  const [first, ...rest] = staged.filter(isPlainApt);
  if (first === undefined || rest.length === 0) return staged;
  const names = [first, ...rest].map(({ task }) => task.args['name']);
  const merged: PlacedTask = {
    thing: { ...first.thing, name: 'packages', why: 'installed by hand' },
    task: { type: first.task.type, args: { name: names } },
  };
  return staged.filter((step) => step === first || !isPlainApt(step)).map((step) => (step === first ? merged : step));
}

const stageOf = (step: PlacedTask): number => STAGES.findIndex((fits) => fits(step));

function writtenTask(thing: Unmanaged, task: WantedTask, contents: ReadonlyMap<string, AtPath>): Written {
  const { contentOf } = task;
  const target = pathOfTask(task);
  const name = nameOfTask(thing, task);
  if (contentOf === undefined) return { task, name, args: task.args };
  const at = contents.get(contentOf) ?? { kind: 'none', why: 'it was not read' };
  if (at.kind === 'link') {
    const link = linkTask(target, at.target);
    return { task: link, name, args: link.args };
  }
  const beside = (why: string): Written => ({
    comment: `${target}: ${why}. Copy it next to the playbook:\n${taskText(name, task, { src: `files${target}` })}`,
  });
  if (at.kind === 'none') return beside(at.why);
  if (!isPlainText(at.text)) return beside('it is not plain text');
  const secret = secretIn(contentOf, at.text, at.mode);
  if (secret === undefined) return { task, name, args: { ...task.args, content: at.text } };
  const variable = `vault_${target.replace(/^\/+/, '').replace(/\W+/g, '_')}`;
  const from = { content: `{{ ${variable} }}` };
  return {
    comment: `${target}: ${secret}, so it is not printed. Keep it in a vault variable:\n${taskText(name, task, from)}`,
  };
}

/** A task's name: that of its thing, unless the thing needs several, such as a directory and its files, or a user and a group. */
export function nameOfTask({ name }: Unmanaged, task: WantedTask): string {
  if (/\.(copy|file)$/.test(task.type)) return pathOfTask(task);
  return task.type.endsWith('.group') ? `group ${String(task.args['name'])}` : name;
}

const taskText = (name: string, { type, args }: WantedTask, more: object): string =>
  new Document([{ name, [type]: { ...args, ...more } }], { version: '1.1' }).toString({
    lineWidth: 0,
    directives: false,
  });

const withoutTask = ({ group, name, why, instead = '' }: Unmanaged): string => `${group}: ${name} (${why})\n${instead}`;

const commented = (text: string): string =>
  visible(text)
    .trimEnd()
    .split('\n')
    .map((line) => `# ${line}`.trimEnd())
    .join('\n')
    .concat('\n');

/** YAML 1.1, as Ansible reads it: `yes` and `0644` are quoted. Nothing in a text from a host is a template, unless `isTemplate` says so. */
export function yamlOf(data: unknown, isTemplate: (text: string) => boolean = () => false): string {
  const document = new Document(data, { version: '1.1' });
  visit(document, {
    Scalar(_, node) {
      const { value } = node;
      if (typeof value === 'string' && /\{[{%#]/.test(value) && !isTemplate(value)) node.tag = '!unsafe';
    },
  });
  return document.toString({ lineWidth: 0, directives: false });
}
