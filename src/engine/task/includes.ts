import { createHash } from 'node:crypto';
import type { Diagnostic } from '../../core/source.ts';
import { truthOf } from '../../core/text/truth.ts';
import { isDict, type Value } from '../../core/value.ts';
import type { Include, IncludedItems, VarsLayer } from '../../language/model.ts';
import { LEVELS } from '../../language/variables/levels.ts';
import { evaluate, repr, TemplateError } from '../../template/index.ts';
import { placed } from '../variables/error-text.ts';
import type { HostState } from '../variables/host-state.ts';
import { firstFalse, keywordTruth } from '../variables/keyword-values.ts';
import type { PlayContext } from '../variables/play-context.ts';
import { OMIT, type TemplateScope } from '../variables/scopes.ts';
import { itemSight, type LoopItem, labelText, loopOf, turnVars } from './loop.ts';

/** One iteration of an include on one host, computed. Hosts with the same `key` share the loaded content. */
export type Included =
  | {
      readonly kind: 'brings';
      readonly key: string;
      readonly what: string;
      readonly turn: number;
      /** Of a loop: how its item is told. */
      readonly label?: string;
      readonly brought: IncludedItems;
      readonly item?: LoopItem;
    }
  /** Without a condition, its loop has no items. */
  | { readonly kind: 'skipped'; readonly condition?: string; readonly item?: LoopItem }
  /** In a check: whether it includes anything, or what, is not known. */
  | { readonly kind: 'unknown'; readonly because: string }
  | {
      readonly kind: 'failed';
      readonly message: string;
      /** The file or role cannot be loaded: `ignore_errors` applies only to computing the include. */
      readonly unloadable?: true;
      /** The content exists but contains an error: in Ansible, this ends the run. */
      readonly mistake?: Diagnostic;
      /** As `rescuable: false` asks for: no rescue catches the mistake. */
      readonly final?: true;
      readonly item?: LoopItem;
    };

/** Loads the content of includes, each file and role once for all hosts that give it the same variables. */
export class Includes {
  readonly #brought = new Map<
    string,
    { ok: true; value: IncludedItems } | { ok: false; error: readonly Diagnostic[] }
  >();

  /** The content of an include on a host, one result per iteration of its loop. May throw `NotKnownYet`. */
  compute(play: PlayContext, state: HostState, include: Include, layers: readonly VarsLayer[]): readonly Included[] {
    const sight = play.scopes.of(state, include, layers);
    const loop = loopOf(include, sight);
    if (loop === undefined) return [this.#one(play, include, sight, undefined)];
    if (loop.kind === 'failed') return [loop];
    if (loop.kind === 'skipped') return [{ kind: 'skipped', condition: loop.condition ?? '' }];
    if (loop.items.length === 0) return [{ kind: 'skipped' }];
    return loop.items.map((item) => this.#one(play, include, itemSight(play, state, include, item, layers), item));
  }

  #one(play: PlayContext, include: Include, sight: TemplateScope, item: LoopItem | undefined): Included {
    try {
      const refused = firstFalse(include.keywords.when, sight);
      if (refused !== undefined) return { kind: 'skipped', condition: refused, item };
      const args = withoutOmitted(evaluate(include.args, sight.scope, sight.env));
      if (!isDict(args))
        return {
          kind: 'failed',
          message: `No file specified for ${include.of === 'role' ? 'include_role' : 'include_tasks'}`,
          item,
        };
      const content = this.#load(play, include, args, item);
      if (content.kind !== 'brings' || item === undefined) return content;
      return { ...content, label: labelOf(include, sight, item) };
    } catch (error) {
      if (error instanceof TemplateError) return { kind: 'failed', message: placed(error), item };
      throw error;
    }
  }

  #load(play: PlayContext, include: Include, args: Map<Value, Value>, item: LoopItem | undefined): Included {
    const vars = item === undefined ? [] : [turnLayer(item)];
    const what = String(args.get('file') ?? args.get('_raw_params') ?? args.get('name') ?? args.get('role') ?? '');
    const key = `${include.id} ${item?.index ?? 0} ${digest(repr(args) + (item === undefined ? '' : repr(item.value)))}`;
    const known =
      this.#brought.get(key) ??
      (include.of === 'role'
        ? play.run.loader.role(include, roleArgs(args), vars)
        : play.run.loader.tasks(include, what, vars));
    this.#brought.set(key, known);
    const rescuable = truthOf(args.get('rescuable')) !== false;
    if (!known.ok)
      return {
        kind: 'failed',
        unloadable: true,
        message: known.error
          .map(
            (one) => `${one.at === undefined ? '' : `${one.at.file}:${one.at.line}:${one.at.column}: `}${one.message}`,
          )
          .join('\n'),
        ...(rescuable
          ? { mistake: known.error.find(({ code }) => !code.startsWith('missing-')) }
          : { mistake: known.error[0], final: true }),
        item,
      };
    return { kind: 'brings', key, what, turn: item?.index ?? 0, brought: known.value, item };
  }
}

const withoutOmitted = (args: Value): Value =>
  isDict(args) ? new Map([...args].filter(([, value]) => value !== OMIT)) : args;

/** As `no_log` asks for, a hidden item is not told. */
function labelOf(include: Include, sight: TemplateScope, item: LoopItem): string {
  if (keywordTruth(include.keywords.noLog, sight) === true) return 'None';
  const written = include.loop?.label;
  return labelText(written === undefined ? item.value : evaluate(written, sight.scope, sight.env));
}

/** The loop's variables, as the included content sees them. */
const turnLayer = (item: LoopItem): VarsLayer => ({
  level: LEVELS.includeParams,
  from: 'loop of the include',
  vars: turnVars(item),
});

function roleArgs(args: Map<Value, Value>) {
  const text = (key: string): string | undefined =>
    args.get(key) === undefined || args.get(key) === null ? undefined : String(args.get(key));
  const flag = (key: string): boolean | undefined => (args.has(key) ? truthOf(args.get(key)) === true : undefined);
  return {
    name: text('name') ?? text('role') ?? '',
    tasksFrom: text('tasks_from'),
    varsFrom: text('vars_from'),
    defaultsFrom: text('defaults_from'),
    handlersFrom: text('handlers_from'),
    public: flag('public'),
    allowDuplicates: flag('allow_duplicates'),
    rolespecValidate: flag('rolespec_validate'),
  };
}

const digest = (text: string): string => createHash('sha1').update(text).digest('hex');
