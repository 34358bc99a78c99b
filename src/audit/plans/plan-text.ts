import { changeText } from '../../core/change.ts';
import { ownLocale } from '../../core/command.ts';
import type { PlannedCommand, ReportedChange } from '../../core/event.ts';
import { groupBy } from '../../core/group-by.ts';
import { visible, visibleIn } from '../../core/visible.ts';
import { fitted, indent } from '../../report/told.ts';
import { byName } from '../fold.ts';
import type { HostPlan, PlanFile, PlannedStep, PlannedTask } from './plan-file.ts';

interface ShowOptions {
  /** Print the commands in full. */
  readonly commands: boolean;
}

/** The plan in one sentence: `3 tasks with 5 commands on 2 of 4 hosts; on web9, the plan does not hold everything`. */
export function planSummary({ hosts }: PlanFile): string {
  const plans = Object.entries(hosts).map(([host, plan]) => ({ host, steps: plan.steps, ends: plan.ends }));
  const busy = plans.filter(({ steps }) => steps.length > 0);
  const tasks = new Set(busy.flatMap(({ steps }) => steps.map(({ task }) => placeText(task)))).size;
  const commands = busy.flatMap(({ steps }) => steps.flatMap((step) => step.commands)).length;
  const counts = `${counted(tasks, 'task')} with ${counted(commands, 'command')} on ${busy.length} of ${counted(plans.length, 'host')}`;
  const ended = plans.filter(({ ends }) => ends !== undefined).map(({ host }) => host);
  const all = busy.length === 0 ? 'nothing is to be done' : counts;
  return ended.length === 0
    ? all
    : `${all}; the plan does not hold everything on ${fitted(ended.sort(byName).join(', '), 200)}`;
}

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/** A plan for a reviewer: what is the same on several hosts is told once. */
export function planText(plan: PlanFile, hash: string, options: ShowOptions): string {
  const { playbooks, madeAt, user, directory, hosts } = plan;
  const head = `${playbooks.join(' ')}, planned on ${madeAt.slice(0, 16).replace('T', ' ')} UTC by ${user} in ${directory}\n`;
  const steps = folded(hosts, (one, host) => one.steps.map((step) => shownStep(step, host))).map(
    ({ names, one }) => `\n${visible(names)}: ${stepText(one, options)}`,
  );
  const ends = folded(hosts, ({ ends }) => (ends === undefined ? [] : [ends])).map(
    ({ names, one }) =>
      `  ${visible(names)}: ends before ${titleOf(one)} (${placeText(one.task)}): ${visible(one.reason)}\n`,
  );
  const after = folded(hosts, (one) => one.after).map(
    ({ names, one }) => `  ${visible(names)}: ${titleOf(one)}: ${visible(one.reason)}\n`,
  );
  const evenInCheck = folded(hosts, (one) => one.evenInCheck.map(({ task }) => ({ task })));
  const sections = [
    ...steps,
    section('The plan does not hold everything', ends),
    section('After that, and not in the plan', after),
    section(
      'Runs in every check, as its author says, and is not held to the plan',
      evenInCheck.map(({ names, one }) => `  ${visible(names)}: ${titleOf(one)} (${placeText(one.task)})\n`),
    ),
  ];
  return `${visible(head.trimEnd())}\n${sections.join('')}\n${planSummary(plan)}\napproval: sha256 ${hash}\n`;
}

const section = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : `\n${title}\n${lines.join('')}`;

/** What is told of hosts, in the order of their plans, with the names of the hosts for which it is the same. */
function folded<T>(
  hosts: PlanFile['hosts'],
  of: (plan: HostPlan, host: string) => readonly T[],
): readonly { readonly names: string; readonly one: T }[] {
  const all = Object.entries(hosts).flatMap(([host, plan]) => of(plan, host).map((one) => ({ host, one })));
  return [...groupBy(all, ({ one }) => JSON.stringify(one)).values()].map((some) => ({
    names: [...new Set(some.map(({ host }) => host))].sort(byName).join(', '),
    one: some[0].one,
  }));
}

/** What a step tells people. Commands of the host itself do not name it, so that hosts can be folded. */
const shownStep = ({ answers: _, commands, ...step }: PlannedStep, own: string) => ({
  ...step,
  commands: commands.map(({ digest: _digest, host, ...command }) => ({
    ...command,
    ...(host !== own && { on: host }),
  })),
});

type ShownStep = ReturnType<typeof shownStep>;

function stepText(step: ShownStep, { commands }: ShowOptions): string {
  const { task, changes, assuming = [], unless = [], tries } = step;
  const notes = [
    ...(assuming.length > 0 ? [`assuming ${quoted(assuming)}`] : []),
    ...(unless.length > 0 ? [`unless ${quoted(unless)} changes it`] : []),
    ...(tries === undefined ? [] : [`up to ${tries} times`]),
  ];
  const told = notes.length === 0 ? '' : `, ${notes.join(', ')}`;
  return [
    `${titleOf(step)} (${placeText(task)})${told}\n`,
    ...changes.map(changeLines),
    ...step.commands.map((command) => commandLines(command, commands)),
  ].join('');
}

const quoted = (tasks: readonly string[]): string => tasks.map((task) => `"${visible(task)}"`).join(', ');

const titleOf = ({ task, item }: { readonly task: PlannedTask; readonly item?: string | undefined }): string => {
  const step = task.step === undefined ? '' : ` [${task.step}]`;
  const label = item === undefined ? '' : ` (item=${item})`;
  return inLine(`${task.handler ? 'handler: ' : ''}${task.name}${step}${label}`);
};

const placeText = ({ file, line }: PlannedTask): string => inLine(`${file}:${line}`);

/** A name that contains a line feed must not look like another line of the plan. */
const inLine = (text: string): string => visible(text).replaceAll('\n', '␊');

function changeLines(change: ReportedChange): string {
  const { diff, ...values } = visibleIn(change);
  return `    ${inLine(changeText(values))}\n${diff === undefined ? '' : diffLines(diff)}`;
}

/** The most lines of each side of a diff that are shown. */
const MOST_LINES = 40;

function diffLines({ before, after }: NonNullable<ReportedChange['diff']>): string {
  const [was, is] = [before, after].map((text) =>
    text.split('\n').filter((line, index, all) => line !== '' || index < all.length - 1),
  );
  const side = (sign: string, lines: readonly string[], others: readonly string[]): readonly string[] => {
    const own = lines.filter((line) => !others.includes(line));
    const more = own.length > MOST_LINES ? [`… ${own.length - MOST_LINES} more lines`] : [];
    return [...own.slice(0, MOST_LINES), ...more].map((line) => `      ${sign} ${line}\n`);
  };
  return [...side('-', was ?? [], is ?? []), ...side('+', is ?? [], was ?? [])].join('');
}

function commandLines({ on, user, script, stdin }: ShownStep['commands'][number], full: boolean): string {
  const where = on === undefined ? '' : ` on ${on}`;
  const who = user === undefined ? '' : ` as ${user}`;
  const input = stdin === undefined ? '' : ` < ${inputText(stdin)}`;
  const text = full ? `\n${indent(indent(visible(script)))}` : ` ${fitted(visible(withoutLocale(script)), 110)}`;
  return `    $${visible(`${where}${who}`)}${text}${visible(input)}\n`;
}

/** A command that a person wrote, without what goes before all of them. */
const withoutLocale = (text: string): string =>
  text.startsWith(ownLocale.text) ? text.slice(ownLocale.text.length) : text;

const inputText = (stdin: NonNullable<PlannedCommand['stdin']>): string =>
  'from' in stdin ? `what ${stdin.from} prints: ${stdin.script}` : `${stdin.bytes} bytes`;
