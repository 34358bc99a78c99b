import type { Diagnostic } from '../core/source.ts';
import { holdsTemplate, type Raw, Template, toJs } from '../core/value.ts';
import { selectHosts } from '../language/inventory/index.ts';
import { listPlaybook } from '../language/listing.ts';
import type { Item, Play } from '../language/model.ts';
import { selectedByTags } from '../language/tags.ts';
import { evaluate, TemplateError } from '../template/index.ts';
import type { Loaded } from './load-all.ts';
import type { Parsed } from './options.ts';

/** Whether to list something instead of running. */
export const lists = ({ options }: Parsed): boolean =>
  options['list-tasks'] || options['list-tags'] || options['list-hosts'];

/** The output of --list-tasks, --list-tags and --list-hosts; undefined if none of them is given. */
export function listingOf(parsed: Parsed, { playbooks, context }: Loaded): string | undefined {
  if (!lists(parsed)) return undefined;
  const { 'list-tasks': tasks, 'list-tags': tagNames, 'list-hosts': hosts } = parsed.options;
  const { tags, skipTags } = context.options;
  return playbooks
    .map((playbook) =>
      listPlaybook(playbook, {
        tasks,
        tags: tagNames,
        hosts: hosts ? (play) => hostsOf(play, context) : undefined,
        selected: (of) => selectedByTags(of, { only: tags, skip: skipTags }),
        show: (raw, play) => shown(raw, play, context),
        compute: (template, play) => computed(template, play, context),
      }),
    )
    .join('\n');
}

/** A play's hosts that are within the run's limit. */
export function hostsOf(play: Play, context: Loaded['context']): readonly string[] {
  const selected = selectHosts(context.inventory, shown(play.hosts.value, play, context), {
    limit: context.options.limit,
    ...(context.options.shard !== undefined && { shard: context.options.shard }),
    mismatch: 'ignore',
  });
  return selected.ok ? selected.value : [];
}

/** A name or pattern, evaluated with the play's variables and the extra variables. If these are not enough, it is shown as written. */
function shown(raw: Raw, play: Play, context: Loaded['context']): string {
  const value = computed(raw, play, context);
  if (value === undefined) return raw instanceof Template ? raw.source : String(raw);
  return Array.isArray(value) ? value.join(',') : String(value);
}

function computed(raw: Raw, play: Play, context: Loaded['context']): unknown {
  const layers = [...play.layers, context.extra];
  const scope = {
    get: (name: string): Raw | undefined => layers.findLast(({ vars }) => vars.has(name))?.vars.get(name)?.value,
    names: () => layers.flatMap(({ vars }) => [...vars.keys()]),
  };
  try {
    return toJs(evaluate(raw, scope, context.env([play.directory], context.inventory)));
  } catch (error) {
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}

/**
 * Diagnostics for patterns that match no host, as far as this is known before any host is touched. Plays after an `add_host` may name
 * hosts that do not exist yet.
 */
export function unknownHosts({ playbooks, context }: Loaded): readonly Diagnostic[] {
  const plays = playbooks.flatMap((playbook) => playbook.plays);
  if (mayAddHosts(plays)) return [];
  return plays.flatMap((play) => {
    if (!isSettled(play)) return [];
    const selected = selectHosts(context.inventory, shown(play.hosts.value, play, context), {
      mismatch: 'error',
      at: play.hosts.at,
    });
    return selected.ok ? [] : selected.error;
  });
}

/** Whether a run may add hosts to the inventory. */
export const mayAddHosts = (plays: readonly Play[]): boolean => plays.some((play) => play.items.some(addsHosts));

/** Whether a play's `hosts` contain no template. */
export const isSettled = (play: Play): boolean => !holdsTemplate(play.hosts.value);

function addsHosts(item: Item): boolean {
  if (item.kind === 'task') return /(^|\.)(add_host|group_by)$/.test(String(item.type));
  if (item.kind === 'block') return [...item.block, ...item.rescue, ...item.always].some(addsHosts);
  return item.kind === 'include';
}
