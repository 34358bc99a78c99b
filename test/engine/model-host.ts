import type { Event } from '../../src/core/event.ts';
import { Secrets } from '../../src/core/secrets.ts';
import type { Connector } from '../../src/core/session.ts';
import type { AnyTaskType, TaskType } from '../../src/core/task-type.ts';
import { runPlaybooks } from '../../src/engine/run.ts';
import type { RunOptions } from '../../src/engine/variables/run-context.ts';
import { type LoadedInventory, loadInventory } from '../../src/language/inventory/index.ts';
import { createDynamicLoader, loadPlaybooks } from '../../src/language/playbook.ts';
import { blurs, defineTask, predicts, type Question, type QuestionKind, question, sh } from '../../src/sdk.ts';
import { defaultEnv } from '../../src/template/index.ts';
import addHost from '../../tasks/add_host.ts';
import assert from '../../tasks/assert.ts';
import debug from '../../tasks/debug.ts';
import fail from '../../tasks/fail.ts';
import groupBy from '../../tasks/group_by.ts';
import setFact from '../../tasks/set_fact.ts';
import { fakeSession } from '../session/fake-session.ts';
import { createController } from './controller-of-tests.ts';

/** A host that consists only of named values: `get NAME` reads one, `put NAME VALUE` writes it. */
export interface ModelHost {
  readonly values: Map<string, string>;
  /** Every write, in order. */
  readonly writes: string[];
  /** How the next exchange fails, instead of being answered. */
  lose?: 'before' | 'after';
}

const values: QuestionKind<string, string | null> = {
  name: 'value',
  scripts: (names) => [{ script: `get ${names.join(' ')}` }],
  read: ([reply]) => (JSON.parse(reply!.stdout.toString()) as (string | null)[]).map((value) => ({ ok: true, value })),
  about: (name) => [`value:${name}`],
};
const asked = (name: string): Question<string | null> => question(values, name);

/** The only task type of the model: sets a value. */
export const value = defineTask({
  name: 'value',
  summary: 'A named value of the model host.',
  params: {
    name: { type: 'str', required: true },
    is: { type: 'str', required: true },
    blurs: { type: 'str' },
    stuck: { type: 'bool', default: false },
    broken: { type: 'bool', default: false },
    needs: { type: 'str' },
  },
  ask: ({ name, needs }) => ({ now: asked(name), needed: asked(needs ?? name) }),
  plan: ({ now, needed }, { name, is, blurs: blurred, stuck, broken, needs }) =>
    broken || (needs !== undefined && needed === null)
      ? { failed: broken ? 'broken' : `there is no ${needs}` }
      : now === is
        ? { changes: [] }
        : {
            changes: [
              {
                what: name,
                from: now,
                to: is,
                commands: [stuck ? sh`true` : sh`put ${name} ${is}`],
                effects: [predicts(asked(name), is), ...(blurred === undefined ? [] : [blurs(`value:${blurred}`)])],
              },
            ],
          },
  result: ({ state }) => ({ value: state.now }),
  examples: [],
});

/** Acts every time, like `command`. */
export const act = defineTask({
  name: 'act',
  summary: 'Writes each time.',
  params: { name: { type: 'str', required: true }, is: { type: 'str', required: true } },
  acts: true,
  plan: (_state, { name, is }) => ({
    changes: [{ what: 'act', from: null, to: name, commands: [sh`put ${name} ${is}`] }],
  }),
  result: ({ replies }) => ({ rc: replies[0]?.code ?? null }),
  examples: [],
});

function answer(host: ModelHost, script: string): { code?: number; stdout?: string } {
  const [verb, ...words] = script.replaceAll("'", '').split(' ');
  if (verb === 'get') return { stdout: JSON.stringify(words.map((name) => host.values.get(name) ?? null)) };
  if (verb === 'put') {
    host.values.set(words[0]!, words[1]!);
    host.writes.push(`${words[0]}=${words[1]}`);
    return {};
  }
  if (script === 'true') return {};
  if (script === 'false') return { code: 1, stdout: 'said no' };
  return {};
}

export interface Ran {
  readonly events: readonly Event[];
  readonly exitCode: number;
  /** `host task: status`, in order. */
  readonly told: readonly string[];
  readonly rounds: Readonly<Record<string, number>>;
}

/** Runs a playbook on model hosts. */
export async function runModel(
  text: string,
  hosts: Readonly<Record<string, ModelHost>>,
  options: Partial<RunOptions> = {},
): Promise<Ran> {
  const types = new Map<string, AnyTaskType>(
    Object.entries({ value, act, add_host: addHost, group_by: groupBy, debug, fail, set_fact: setFact, assert }),
  );
  const known = (name: string) => types.get(name.replace('ansible.builtin.', '')) as TaskType | undefined;
  const files = createController(text);
  const loaded = loadPlaybooks(['/play.yaml'], { files, taskType: known });
  if (!loaded.ok) throw new Error(loaded.error.map((one) => `${one.at?.line}: ${one.message}`).join('\n'));
  const inventory = loadInventory([`${Object.keys(hosts).join(',')},`]) as { ok: true; value: LoadedInventory };
  const events: Event[] = [];
  const { exitCode } = await runPlaybooks(
    {
      inventory: inventory.value,
      loader: createDynamicLoader({ files, taskType: known }),
      connector: modelConnector(hosts),
      options: { ...defaults, ...options },
      extra: { level: 22, from: 'extra', vars: new Map() },
      runFacts: {
        checkMode: options.check ?? false,
        diffMode: false,
        verbosity: 0,
        forks: 5,
        runTags: [],
        skipTags: [],
        playbookDir: '/',
      },
      env: () => defaultEnv(),
      taskType: async (name) => known(name),
      loadedType: known,
      isElsewhere: () => false,
      secrets: new Secrets(),
      emit: (event) => events.push({ time: 0, ...event } as Event),
      signal: new AbortController().signal,
    },
    loaded.value,
    '0',
  );
  const end = events.at(-1) as Extract<Event, { kind: 'run-finished' }>;
  return { events, exitCode, told: events.flatMap(tell), rounds: end.rounds };
}

const tell = (event: Event): string[] =>
  event.kind === 'task-finished'
    ? [
        `${event.host} ${event.task.name}: ${event.outcome.status}${event.outcome.assuming?.length ? ` (${event.outcome.assuming.join(', ')})` : ''}`,
      ]
    : [];

const defaults: RunOptions = {
  check: false,
  diff: false,
  forks: 5,
  tags: [],
  skipTags: [],
  forceHandlers: false,
  anyErrorsFatal: false,
  interactive: false,
  prompt: async () => '',
  connection: { hostKeyChecking: true, connectTimeoutMs: 1000 },
  hashBehaviour: 'replace',
  gathering: 'explicit',
};

function modelConnector(hosts: Readonly<Record<string, ModelHost>>): Connector {
  return {
    logins: 0,
    start: async () => ({ ok: false, failure: { reason: 'unsupported', message: 'no programs are started here' } }),
    reset: async () => {},
    close: async () => {},
    async open({ name }) {
      const host = hosts[name];
      if (host === undefined)
        return { ok: false, failure: { reason: 'unreachable', message: `${name}: no such host` } };
      const session = fakeSession((script) => answer(host, script));
      return {
        ok: true,
        session: {
          ...session,
          traffic: session.traffic,
          async exchange(parts, signal) {
            const lose = parts.some((part) => part.script.startsWith('put')) ? host.lose : undefined;
            host.lose = undefined;
            if (lose === 'before') return { ok: false, failure: { reason: 'lost', message: 'lost' } };
            const exchanged = await session.exchange(parts, signal);
            return lose === 'after' ? { ok: false, failure: { reason: 'lost', message: 'lost' } } : exchanged;
          },
        },
      };
    },
  };
}

/** A model host with the given values. */
export const modelHost = (now: Readonly<Record<string, string>> = {}): ModelHost => ({
  values: new Map(Object.entries(now)),
  writes: [],
});
