import type { EventData } from '../core/event.ts';
import { groupBy } from '../core/group-by.ts';
import type { SessionFailure } from '../core/session.ts';
import { defineTask, type Questions, type StateOf, type TaskType } from '../core/task-type.ts';
import { runPlaybooks } from '../engine/run.ts';
import type { RunContext } from '../engine/variables/run-context.ts';
import { createFiles, type Files } from '../language/files.ts';
import { loadPlaybooks } from '../language/playbook.ts';

/** A host's answers, or why there are none. */
export type HostAnswers<Q extends Questions> =
  | { readonly ok: true; readonly answers: StateOf<Q> }
  | { readonly ok: false; readonly failure?: SessionFailure; readonly why: string };

/** Why a host could not be looked at. */
export interface NotLookedAt {
  readonly failed: string;
  readonly unreachable: boolean;
}

/** How the tasks of a run worked on a host, so that questions are asked in the same way. */
export interface WayIn {
  /** The method by which its tasks became root. */
  readonly becomeMethod?: string;
}

const NAME = 'retrace_questions';

/**
 * Asks questions on hosts, outside of any playbook: on all hosts at once, and all questions of a host in one exchange. The
 * inventory and the command line decide how to log in and whom to become, as for an ad-hoc task. Nothing is changed. A
 * question whose answer is an error makes its host's answers an error; a `shell` question always has an answer. The
 * connector stays open: whoever made it closes it. With a function, each host is asked questions of its own. `ways` says what
 * tasks of playbooks did otherwise than the inventory and the command line have it.
 */
export async function askHosts<Q extends Questions>(
  context: RunContext,
  hosts: readonly string[],
  questions: Q | ((host: string) => Q),
  ways: ReadonlyMap<string, WayIn> = new Map(),
): Promise<ReadonlyMap<string, HostAnswers<Q>>> {
  const found = new Map<string, HostAnswers<Q>>();
  if (hosts.length === 0) return found;
  const type = defineTask({
    name: NAME,
    summary: '',
    params: {},
    ask: (_, { host }): Questions => (typeof questions === 'function' ? questions(host) : questions),
    plan(state, _, { host }) {
      // Safe cast: these are the answers to the questions of `ask`.
      found.set(host, { ok: true, answers: state as StateOf<Q> });
      return { changes: [] };
    },
    examples: [],
  });
  const emit = (event: EventData): void => {
    const failed = failureIn(event);
    if (failed !== undefined) found.set(failed.host, { ok: false, ...failed });
    else if (event.kind === 'sent' || event.kind === 'warning') context.emit(event);
  };
  const { startAtTask: _start, step: _step, limit: _limit, ...options } = context.options;
  const asking: RunContext = {
    ...context,
    emit,
    options: { ...options, check: true, tags: [], skipTags: [] },
    loadedType: () => type as TaskType,
    taskType: async () => type as TaskType,
  };
  await runPlaybooks(asking, playbooksFor(plays(hosts, ways), context.runFacts.playbookDir, type as TaskType), '');
  return found;
}

/** Asks questions on one host. */
export async function askHost<Q extends Questions>(
  context: RunContext,
  host: string,
  questions: Q,
): Promise<{ readonly answers: StateOf<Q> } | NotLookedAt> {
  const answer = (await askHosts(context, [host], questions)).get(host);
  return answer?.ok === true ? answer : notLookedAt(answer);
}

/** Why there are no answers of a host. */
export const notLookedAt = (
  answer: { readonly why: string; readonly failure?: SessionFailure } | undefined,
): NotLookedAt => ({
  failed: answer?.why ?? 'it did not answer',
  unreachable: answer?.failure !== undefined,
});

function failureIn(event: EventData): { host: string; why: string; failure?: SessionFailure } | undefined {
  if (event.kind === 'host-unreachable')
    return { host: event.host, why: event.failure.message, failure: event.failure };
  if (event.kind !== 'task-finished' || !['failed', 'unreachable', 'unknown'].includes(event.outcome.status))
    return undefined;
  const { failure, message = failure?.message ?? 'it did not answer' } = event.outcome;
  return { host: event.host, why: message, ...(failure !== undefined && { failure }) };
}

/** A play for all hosts that are asked in the same way. */
const plays = (hosts: readonly string[], ways: ReadonlyMap<string, WayIn>) =>
  [...groupBy(hosts, (host) => JSON.stringify(ways.get(host) ?? {})).values()].map((some) => {
    const { becomeMethod } = ways.get(some[0]) ?? {};
    return {
      hosts: some,
      gather_facts: false,
      ...(becomeMethod !== undefined && { become: true, become_method: becomeMethod }),
      tasks: [{ [NAME]: null }],
    };
  });

/** A playbook whose tasks ask. */
function playbooksFor(plays: readonly unknown[], directory: string, type: TaskType) {
  const file = `${directory}/${NAME}.yaml`;
  const text = JSON.stringify(plays);
  const real = createFiles();
  const files: Files = {
    ...real,
    readText: (path) => (path === file ? text : real.readText(path)),
    isFile: (path) => path === file || real.isFile(path),
  };
  const loaded = loadPlaybooks([file], { files, taskType: () => type });
  if (!loaded.ok) throw new Error(`the playbook that asks does not load: ${JSON.stringify(loaded.error)}`);
  return loaded.value;
}
