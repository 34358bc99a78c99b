import { askHosts, type NotLookedAt, notLookedAt } from '../audit/ask-hosts.ts';
import { pathQuestions, readPaths } from '../audit/at-path.ts';
import { asTasks } from '../audit/unmanaged/as-tasks.ts';
import { recordingOf } from '../audit/unmanaged/declared.ts';
import { findUnmanaged } from '../audit/unmanaged/find/index.ts';
import { surveyQuestions } from '../audit/unmanaged/scripts.ts';
import { readSurvey } from '../audit/unmanaged/survey.ts';
import { contentPaths } from '../audit/unmanaged/thing.ts';
import { type Found, unmanagedData, unmanagedText } from '../audit/unmanaged/told.ts';
import type { CommandLine } from '../core/command-line.ts';
import type { EventData } from '../core/event.ts';
import type { Secrets } from '../core/secrets.ts';
import { runPlaybooks } from '../engine/run.ts';
import type { RunContext } from '../engine/variables/run-context.ts';
import type { CallIo } from './command.ts';
import type { Loaded } from './load-all.ts';
import { lookingAtHosts } from './looking.ts';
import { missingPlaybooks } from './missing-playbooks.ts';
import type { UNMANAGED_OPTIONS } from './unmanaged-options.ts';
import { version } from './version.ts';

type Line = CommandLine<typeof UNMANAGED_OPTIONS>;

/** Longer files are not printed: they belong into a file next to the playbook. */
const MOST_BYTES = 8192;

/** Lists what neither Debian nor a playbook accounts for. Returns the exit code. */
export async function unmanagedCommand(line: Line, io: CallIo): Promise<number> {
  const [pattern = '', ...playbooks] = line.rest;
  const absent = missingPlaybooks(playbooks);
  if (absent.length > 0) return io.refuse(absent);
  const { output: _output, 'as-tasks': _tasks, ...options } = line.options;
  const events = eventsOf();
  return lookingAtHosts({ options, playbooks, pattern, io, emit: events.emit }, async ({ loaded, hosts, secrets }) => {
    const audit = { loaded, hosts, hasPlaybooks: playbooks.length > 0, events };
    return report(await lookAt(audit), { line, io, secrets, context: loaded.context });
  });
}

/** What the events of the check tell: the tasks that could not be looked at. */
interface Events {
  readonly emit: (event: EventData) => void;
  /** Sentences about tasks that were not looked at, by host. */
  readonly missed: ReadonlyMap<string, readonly string[]>;
}

function eventsOf(): Events {
  const missed = new Map<string, string[]>();
  const emit = (event: EventData): void => {
    if (event.kind !== 'task-finished' || !['failed', 'unknown'].includes(event.outcome.status)) return;
    const sentence = `what the task "${event.task.name}" manages: in a check, it ${event.outcome.status === 'failed' ? 'fails' : 'is not known'}`;
    missed.set(event.host, [...(missed.get(event.host) ?? []), sentence]);
  };
  return { emit, missed };
}

interface Audit {
  readonly loaded: Loaded;
  readonly hosts: readonly string[];
  readonly hasPlaybooks: boolean;
  readonly events: Events;
}

/** A host that could not be looked at, and why. */
interface NotFound extends NotLookedAt {
  readonly host: string;
}

/** Checks the playbooks, recording what they manage, and looks at the hosts. */
async function lookAt({ loaded, hosts, hasPlaybooks, events }: Audit): Promise<readonly (Found | NotFound)[]> {
  const recording = recordingOf(loaded.context);
  if (hasPlaybooks) await runPlaybooks(recording.context, loaded.playbooks, version);
  const answers = await askHosts(loaded.context, hosts, surveyQuestions);
  return hosts.map((host) => {
    const answer = answers.get(host);
    if (answer?.ok !== true) return { host, ...notLookedAt(answer) };
    const survey = readSurvey(answer.answers);
    if ('unfit' in survey) return { host, failed: survey.unfit, unreachable: false };
    const things = findUnmanaged(survey.parts, (thing) => recording.isManaged(host, thing));
    return { host, things, unread: [...survey.unread, ...(events.missed.get(host) ?? [])] };
  });
}

interface Out {
  readonly line: Line;
  readonly io: CallIo;
  readonly secrets: Secrets;
  readonly context: RunContext;
}

async function report(all: readonly (Found | NotFound)[], out: Out): Promise<number> {
  const { options } = out.line;
  const found = all.filter((one): one is Found => 'things' in one);
  const failed = all.filter((one): one is NotFound => 'failed' in one);
  const print = (text: string): void => void out.io.stdout.write(out.secrets.mask(text));
  for (const { host, failed: why } of failed) out.io.stderr.write(`${host}: ${out.secrets.mask(why)}\n`);
  if (options['as-tasks']) print(await tasksFor(found, out));
  else if (options.output === 'json')
    print(`${JSON.stringify({ hosts: Object.fromEntries(all.map((one) => [one.host, dataOf(one)])) }, null, 2)}\n`);
  else print(found.map((one) => unmanagedText(one, options.verbose > 0)).join(''));
  if (failed.some(({ unreachable }) => unreachable)) return 4;
  if (failed.length > 0) return 1;
  return found.some(({ things }) => things.length > 0) ? 2 : 0;
}

const dataOf = (one: Found | NotFound) =>
  'things' in one ? unmanagedData(one) : { [one.unreachable ? 'unreachable' : 'failed']: one.failed };

/** Asks for the texts of files, and writes the playbook. */
async function tasksFor(found: readonly Found[], { context, line }: Out): Promise<string> {
  const paths = new Map(found.map(({ host, things }) => [host, contentPaths(things)]));
  const hosts = found.map(({ host }) => host);
  const answers = await askHosts(context, hosts, (host) => pathQuestions(paths.get(host) ?? [], MOST_BYTES));
  return found
    .map(({ host, things }) => {
      const answer = answers.get(host);
      const contents = readPaths(paths.get(host) ?? [], answer?.ok === true ? answer.answers : {}, MOST_BYTES);
      return asTasks({ host, things, contents, become: line.options.become });
    })
    .join('\n');
}
