import { asWritten, type Raw, Template } from '../core/value.ts';
import type { Item, Play, Playbook, Task } from './model.ts';
import { computedTags } from './tags.ts';

/** The options of a listing. */
export interface ListingOptions {
  readonly tasks?: boolean;
  readonly tags?: boolean;
  /** The hosts of a play; shown only if given. */
  readonly hosts?: (play: Play) => readonly string[];
  /** Whether something with these tags would run. */
  readonly selected: (tags: readonly string[]) => boolean;
  /** Formats a name or pattern for people; by default it is shown as written. */
  readonly show?: (raw: Raw, play: Play) => string;
  /** Evaluates a template with what is known before there are hosts; undefined if that is not enough. */
  readonly compute?: (template: Template, play: Play) => unknown;
}

/** Lists a playbook's plays with their tasks, tags and hosts, as `--list-tasks`, `--list-tags` and `--list-hosts` print them. */
export function listPlaybook(playbook: Playbook, options: ListingOptions): string {
  const plays = playbook.plays.map((play, index) => listPlay(play, index + 1, options));
  return ['', `playbook: ${playbook.file}`, ...plays.flatMap((lines) => ['', ...lines]), ''].join('\n');
}

function listPlay(play: Play, number: number, options: ListingOptions): string[] {
  const show = (raw: Raw) => (options.show ?? asWritten)(raw, play);
  const patterns = (Array.isArray(play.hosts.value) ? (play.hosts.value as readonly Raw[]) : [play.hosts.value]).map(
    show,
  );
  const name = play.name === undefined ? patterns.join(',') : show(play.name);
  const tagsOfItem: TagsOf = ({ keywords }) =>
    computedTags(keywords.tags, (text) => options.compute?.(new Template(text, play.at), play) ?? text);
  const items = play.items.flatMap(shownItems).filter((item) => options.selected(tagsOfItem(item)));
  return [
    `  play #${number} (${patterns.join(',')}): ${name}\tTAGS: [${[...play.keywords.tags].sort().join(',')}]`,
    ...(options.hosts ? listHosts(patterns, options.hosts(play)) : []),
    ...(options.tasks ? ['    tasks:', ...items.map((item) => taskLine(item, tagsOfItem))] : []),
    ...(options.tags ? [`      TASK TAGS: [${tagsOf(items, tagsOfItem).join(', ')}]`] : []),
  ];
}

function listHosts(patterns: readonly string[], hosts: readonly string[]): string[] {
  const shown = patterns.map((pattern) => `'${pattern}'`).join(', ');
  return [`    pattern: [${shown}]`, `    hosts (${hosts.length}):`, ...hosts.map((host) => `      ${host}`)];
}

// As in Ansible, rescue and always sections are not listed.
function shownItems(item: Item): readonly Exclude<Item, { kind: 'block' }>[] {
  if (item.kind === 'block') return item.block.flatMap(shownItems);
  return item.kind === 'meta' && item.implicit ? [] : [item];
}

function taskLine(item: Exclude<Item, { kind: 'block' }>, tagsOfItem: TagsOf): string {
  const step = item.keywords.step === undefined ? '' : `\tSTEP: ${item.keywords.step}`;
  return `      ${titleOf(item)}\tTAGS: [${[...tagsOfItem(item)].sort().join(', ')}]${step}`;
}

function titleOf(item: Exclude<Item, { kind: 'block' }>): string {
  if (item.name === undefined) return actionOf(item);
  // Ansible names an include_role as if it were in no role.
  const isRole = item.kind === 'include' && item.of === 'role';
  return item.role === undefined || isRole ? asWritten(item.name) : `${item.role.name} : ${asWritten(item.name)}`;
}

function actionOf(item: Exclude<Item, { kind: 'block' }>): string {
  if (item.kind === 'meta') return 'meta';
  return item.kind === 'include' ? item.type : typeOf(item);
}

const typeOf = (task: Task): string => asWritten(task.type);

type TagsOf = (item: Item) => readonly string[];

const tagsOf = (items: readonly Item[], tagsOfItem: TagsOf): string[] =>
  [...new Set(items.flatMap((item) => [...tagsOfItem(item)]))].sort();
