import { basename } from 'node:path';
import type { TaskType } from '../core/task-type.ts';
import { asWritten, isDict, type Raw } from '../core/value.ts';
import { shortTypeName } from '../language/load/action.ts';
import type { Block, Handler, Include, Item, Meta, Play, Playbook, Task, Written } from '../language/model.ts';
import { commandOf } from './command-of.ts';
import type { PagePart, PageSpan } from './page.ts';
import { HIDDEN, shownValue } from './values.ts';

/** What a runbook needs besides the playbooks. */
interface RunbookOptions {
  readonly typeOf: (name: string) => TaskType | undefined;
  /** What the last audit says about a step, in a sentence; undefined if there was none. */
  readonly stateOf: (playbook: string, step: string) => string | undefined;
}

type Leaf = Exclude<Item, Block> | Handler;

/** A runbook of playbooks: plays, their hosts, and their steps in order. Values are as they are written, and secrets are left out. */
export const runbookOf = (playbooks: readonly Playbook[], options: RunbookOptions): readonly PagePart[] =>
  playbooks.flatMap((playbook) => [
    heading(1, `Runbook of ${basename(playbook.file)}`),
    ...playbook.plays.flatMap((play, index) => playParts(play, index + 1, playbook.file, options)),
  ]);

function playParts(play: Play, number: number, file: string, options: RunbookOptions): readonly PagePart[] {
  const hosts = shownValue(play.hosts.value);
  const name = play.name === undefined ? hosts : shownValue(play.name);
  const settings = [
    ...(play.serial === undefined ? [] : [`in batches of ${shownValue(play.serial.value)}`]),
    ...(play.keywords.become !== undefined ? [userText(play)] : []),
  ];
  const groups = bySteps(play.items.flatMap((item) => leavesOf(item)));
  return [
    heading(2, `${number}. ${name}`),
    line('Hosts: ', { code: hosts }, ...(settings.length === 0 ? [] : [`, ${settings.join(', ')}`])),
    ...groups.flatMap(({ step, items }) => [
      ...(step === undefined && groups.length === 1
        ? []
        : [heading(3, step === undefined ? 'Without a step' : `Step ${step}`)]),
      ...stateParts(file, step, options),
      ...items.map((item, index) => itemPart(item, index + 1, options)),
    ]),
    ...(play.handlers.length === 0
      ? []
      : [
          heading(3, 'Only after a change that asks for it'),
          ...play.handlers.map((item, index) => itemPart({ item, about: [] }, index + 1, options)),
        ]),
  ];
}

function stateParts(file: string, step: string | undefined, { stateOf }: RunbookOptions): readonly PagePart[] {
  const state = step === undefined ? undefined : stateOf(file, step);
  return state === undefined ? [] : [line(state)];
}

interface Shown {
  readonly item: Leaf;
  /** Where in blocks it stands. */
  readonly about: readonly string[];
}

/** Items in order, with what decides about them from outside: the rescue of a block, what must hold after it. */
function leavesOf(item: Item, about: readonly string[] = []): readonly Shown[] {
  if (item.kind === 'meta' && item.implicit) return [];
  if (item.kind !== 'block') return [{ item, about }];
  const name = item.name === undefined ? 'the block above' : `"${shownValue(item.name)}"`;
  const within =
    item.validate === undefined
      ? about
      : [...about, `undone unless this succeeds afterwards: ${shownValue(item.validate.value)}`];
  return [
    ...item.block.flatMap((one) => leavesOf(one, within)),
    ...item.rescue.flatMap((one) => leavesOf(one, [...about, `only if ${name} fails`])),
    ...item.always.flatMap((one) => leavesOf(one, [...about, `in any case after ${name}`])),
  ];
}

/** What follows one another with the same step. */
function bySteps(
  all: readonly Shown[],
): readonly { readonly step: string | undefined; readonly items: readonly Shown[] }[] {
  const groups: { readonly step: string | undefined; readonly items: Shown[] }[] = [];
  for (const one of all) {
    const { step } = one.item.keywords;
    const last = groups.at(-1);
    // What instructs the run itself belongs to what it follows.
    if (last !== undefined && (last.step === step || (step === undefined && one.item.kind === 'meta')))
      last.items.push(one);
    else groups.push({ step, items: [one] });
  }
  return groups;
}

function itemPart({ item, about }: Shown, number: number, options: RunbookOptions): PagePart {
  const { title, type, parts } = item.kind === 'task' ? taskParts(item, options) : otherParts(item);
  const conditions = [...about, ...conditionsOf(item)];
  return {
    kind: 'item',
    number,
    line: [
      { strong: title },
      ' (',
      { code: type },
      ')',
      ...(conditions.length === 0 ? [] : [`: ${conditions.join('; ')}`]),
    ],
    parts,
  };
}

interface ItemParts {
  readonly title: string;
  readonly type: string;
  readonly parts: readonly PagePart[];
}

function otherParts(item: Include | Meta): ItemParts {
  const name = item.name === undefined ? undefined : shownValue(item.name);
  if (item.kind === 'meta') return { title: name ?? item.action.replaceAll('_', ' '), type: 'meta', parts: [] };
  const what = isDict(item.args)
    ? shownValue(
        (item.args as Map<unknown, Raw>).get(item.of === 'role' ? 'name' : 'file') ??
          (item.args as Map<unknown, Raw>).get('_raw_params'),
      )
    : shownValue(item.args);
  const said = `What is in ${item.of === 'role' ? 'the role' : ''} ${what} is known only in a run.`.replaceAll(
    / {2,}/g,
    ' ',
  );
  return { title: name ?? `${item.of === 'role' ? 'Role' : 'Tasks of'} ${what}`, type: item.type, parts: [line(said)] };
}

function taskParts(task: Task, options: RunbookOptions): ItemParts {
  const name = asWritten(task.type);
  const type = options.typeOf(name);
  const title = task.name === undefined ? (type?.summary ?? name) : shownValue(task.name);
  const hides = task.keywords.noLog !== undefined && shownValue(task.keywords.noLog.value) !== 'false';
  if (hides) return { title, type: name, parts: [line('What it does in detail is not shown, because of no_log.')] };
  const given = isDict(task.args) ? (task.args as ReadonlyMap<string, Raw>) : undefined;
  const body =
    given === undefined ? [line('With ', { code: shownValue(task.args) })] : bodyOf(name, given, type, options);
  return { title, type: name, parts: [...body, ...notified(task)] };
}

function bodyOf(
  name: string,
  given: ReadonlyMap<string, Raw>,
  type: TaskType | undefined,
  options: RunbookOptions,
): readonly PagePart[] {
  if (type !== undefined && shortTypeName(type.name) === 'manual') return manualParts(given, options);
  const specs = type?.params ?? {};
  const isHidden = [...given].some(([key, raw]) => shownValue(raw, specs[key]).includes(HIDDEN));
  const typed = isHidden ? undefined : commandOf(shortTypeName(type?.name ?? name), given);
  const rest = [...given].filter(([key]) => typed?.covers.includes(key) !== true);
  return [
    ...(typed === undefined ? [] : [{ kind: 'code', text: typed.text, language: 'sh' } as const]),
    ...rest.flatMap(([key, raw]): readonly PagePart[] => parameterParts(key, shownValue(raw, specs[key]))),
  ];
}

const parameterParts = (key: string, value: string): readonly PagePart[] => [
  value.includes('\n')
    ? { kind: 'item', line: [{ code: key }, ':'], parts: [{ kind: 'code', text: value.replace(/\n$/, '') }] }
    : { kind: 'item', line: [{ code: key }, ': ', { code: value === '' ? '""' : value }], parts: [] },
];

/** A manual step: what a person does, and what proves that it is done. */
function manualParts(given: ReadonlyMap<string, Raw>, { typeOf }: RunbookOptions): readonly PagePart[] {
  const instructions = shownValue(given.get('instructions')).trim();
  const proof = given.get('proven_by');
  const unless = given.get('unless');
  const file = given.get('show_file');
  return [
    line({ strong: 'By hand:' }, ` ${instructions}`),
    ...(file === undefined ? [] : [line('With the content of ', { code: shownValue(file) }, ' on the host.')]),
    ...(unless === undefined
      ? []
      : [
          line('It is done when this succeeds:'),
          { kind: 'code', text: shownValue(unless).trim(), language: 'sh' } as const,
        ]),
    ...(isDict(proof)
      ? [...(proof as Map<unknown, Raw>)].flatMap(([type, args]) =>
          proofParts(String(type), args, typeOf(String(type))),
        )
      : []),
  ];
}

function proofParts(name: string, args: Raw, type: TaskType | undefined): readonly PagePart[] {
  const given = isDict(args) ? [...(args as ReadonlyMap<string, Raw>)] : [];
  return [
    line('It is done when ', { code: name }, ' has nothing to do with:'),
    ...given.flatMap(([key, raw]) => parameterParts(key, shownValue(raw, type?.params[key]))),
  ];
}

const notified = ({ notify }: Task): readonly PagePart[] =>
  notify.length === 0
    ? []
    : [line(`If this changed something, then afterwards: ${notify.map(({ value }) => shownValue(value)).join(', ')}.`)];

/** What decides whether, how often, where and as whom it is done. */
function conditionsOf(item: Leaf): readonly string[] {
  const { keywords } = item;
  const loop = 'loop' in item ? item.loop : undefined;
  return [
    ...keywords.when.map(({ value }) => `only when ${shownValue(value)}`),
    ...(loop === undefined ? [] : [`for each of ${loopText(loop.over)}`]),
    ...('until' in item && item.until !== undefined
      ? [`until ${item.until.map(({ value }) => shownValue(value)).join(' and ')}`]
      : []),
    ...(keywords.delegateTo === undefined ? [] : [`on ${shownValue(keywords.delegateTo.value)}`]),
    ...(keywords.become === undefined ? [] : [userText(item)]),
  ];
}

function loopText({ value }: Written): string {
  const all = Array.isArray(value) ? value.map((one: Raw) => shownValue(one)) : [shownValue(value)];
  return all.length > 8 ? `${all.slice(0, 8).join('; ')}; and ${all.length - 8} more` : all.join('; ');
}

function userText({ keywords }: Pick<Play, 'keywords'>): string {
  const become = shownValue(keywords.become?.value);
  const user = keywords.becomeUser === undefined ? 'root' : shownValue(keywords.becomeUser.value);
  if (become === 'true') return `as ${user}`;
  return become === 'false' ? 'as the user who logs in' : `as ${user} if ${become}`;
}

const heading = (depth: number, text: string): PagePart => ({ kind: 'heading', depth, line: [text] });
const line = (...spans: readonly PageSpan[]): PagePart => ({ kind: 'line', line: spans });
