import { badSubset } from '../../core/facts/subsets.ts';
import { inOneLine } from '../../core/source.ts';
import { truthOf } from '../../core/text/truth.ts';
import type { Raw, Value } from '../../core/value.ts';
import type { Task, Vars, VarsLayer } from '../../language/model.ts';
import { LEVELS } from '../../language/variables/levels.ts';
import { evaluate, TemplateError } from '../../template/index.ts';
import { askPrompts } from '../task/ask-prompts.ts';
import { findFile } from '../task/controller.ts';
import { retryWhenKnown } from '../task/retry-when-known.ts';
import { keywordError, tellUnlooked, tellUnreachable } from '../task/unlooked.ts';
import { placed } from '../variables/error-text.ts';
import { factModulesOf } from '../variables/fact-modules.ts';
import { factRequestOf } from '../variables/fact-request.ts';
import type { HostState } from '../variables/host-state.ts';
import { keywordValue } from '../variables/keyword-values.ts';
import type { PlayContext } from '../variables/play-context.ts';

/**
 * Handle prompts, unless they are already answered, fact gathering and vars_files. Returns the hosts that are ready for the play, or the
 * problem.
 */
export async function prepare(
  context: PlayContext,
  states: readonly HostState[],
  answered?: Vars,
): Promise<{ readonly ready: readonly HostState[] } | { readonly error: string }> {
  const [first] = states;
  const prompted = await retryWhenKnown(
    { play: context, state: first },
    () => answered ?? (first === undefined ? new Map() : askPrompts(context, context.scopes.of(first))),
  );
  if (prompted.is === 'unknown') {
    tellUnlooked(context, states, 'vars_prompt', prompted.because);
    return { ready: [] };
  }
  if (prompted.is !== 'value') return { error: keywordError(prompted) };
  if ('error' in prompted.value) return { error: prompted.value.error };
  for (const state of states) for (const [name, entry] of prompted.value) state.prompted.set(name, entry);
  const ready: HostState[] = [];
  for (const state of states) {
    const wrong = await retryWhenKnown({ play: context, state }, () => prepareHost(context, state));
    if (wrong.is === 'unknown') tellUnlooked(context, [state], 'vars_files', wrong.because);
    else if (wrong.is === 'unreachable') tellUnreachable(context, state, 'vars_files', wrong);
    else if (wrong.is === 'mistaken') return { error: placed(wrong.error) };
    else if (wrong.value !== undefined) return { error: wrong.value };
    else ready.push(state);
  }
  return { ready };
}

function prepareHost(context: PlayContext, state: HostState): string | undefined {
  state.link.beliefs.forget();
  if (gathers(context, state) && factModulesOf(context, context.scopes.of(state)) === undefined) {
    const request = factRequestOf(context, state);
    const wrong = badSubset(request.subset);
    if (wrong !== undefined) return wrong;
    state.facts.makeDue(request);
  }
  state.playLayers = [];
  return loadVarsFiles(context, state);
}

/** The task that gathers a host's facts when a play begins, if modules do it, or the run is told to. Otherwise they are gathered when one is needed. */
export function gatheringTask(context: PlayContext, state: HostState): readonly Task[] {
  const isNeeded =
    gathers(context, state) &&
    (context.run.options.gathersAtStart === true || factModulesOf(context, context.scopes.of(state)) !== undefined);
  if (!isNeeded) return [];
  const { id, at, keywords, layers, directory, gatherSubset, gatherTimeout } = context.definition;
  const args = new Map<Value, Raw>([
    ...(gatherSubset === undefined ? [] : [['gather_subset', gatherSubset.value] as const]),
    ...(gatherTimeout === undefined ? [] : [['gather_timeout', gatherTimeout.value] as const]),
  ]);
  const task = { type: 'ansible.builtin.gather_facts', typeAt: at, args, argsAt: at, notify: [] };
  const always = { ...keywords, tags: [...keywords.tags, 'always'] };
  return [
    { kind: 'task', id, at, name: 'Gathering Facts', keywords: always, layers, searchPath: [directory], ...task },
  ];
}

function gathers({ run, definition: play, scopes }: PlayContext, state: HostState): boolean {
  const { gathering } = run.options;
  const said = truthOf(keywordValue(play.gatherFacts, scopes.of(state)) ?? undefined);
  return (said ?? gathering !== 'explicit') && !(gathering === 'smart' && state.facts.known);
}

function loadVarsFiles(context: PlayContext, state: HostState): string | undefined {
  const { definition: play, run } = context;
  const layers: VarsLayer[] = [];
  for (const { value, at } of play.varsFiles) {
    const sight = context.scopes.of(state);
    try {
      const choices = evaluate(value, sight.scope, sight.env);
      const names = (Array.isArray(choices) ? (choices as readonly Value[]) : [choices]).map(String);
      const path = names.map((name) => findFile([play.directory], 'vars', name)).find((found) => found.ok);
      if (path === undefined || !path.ok)
        return `${at.file}:${at.line}:${at.column}: vars file ${names.join(', ')} was not found`;
      const vars = run.loader.vars(path.path);
      if (!vars.ok) return vars.error.map(inOneLine).join('; ');
      layers.push({ level: LEVELS.varsFiles, from: path.path, vars: vars.value as Vars });
      state.playLayers = layers;
    } catch (error) {
      if (error instanceof TemplateError) return placed(error);
      throw error;
    }
  }
  return undefined;
}
