import { randomUUID } from 'node:crypto';
import { basename, resolve } from 'node:path';
import type { Event, HostSummary, Reporter, TaskRef, ToldOutcome } from '../../core/event.ts';
import { noStats, recordStats } from '../custom-stats.ts';
import { HOSTS_TOGETHER } from '../merged-includes.ts';
import type { EventValues, JobEvent } from './job-events.ts';

interface RunnerOptions {
  /** Writes a run's lines, piece by piece, into `taken`. */
  readonly lines: Reporter;
  /** Returns what `lines` has written since it was last asked. */
  readonly taken: () => string;
  /** Tells an event and the lines that belong to it. */
  readonly tell: (event: JobEvent, text: string) => void;
  readonly cwd: string;
}

type Of<K extends Event['kind']> = Extract<Event, { kind: K }>;

/** A playbook, a play or a task: what later events repeat of it. */
interface Level {
  readonly uuid: string;
  readonly data: EventValues;
}

/** What is told of a host that runs a task. */
interface Started {
  readonly at: number;
  /** The task as it was told when it ended there; started again, it is told anew. */
  readonly endedIn?: Level;
}

/**
 * Tells a run as ansible-runner's callback tells Ansible's own: the same kinds of events, each with its lines. An event of ours becomes
 * one or more of theirs, because a task begins for all hosts at once there.
 */
export function runnerReporter({ lines, taken, tell, cwd }: RunnerOptions): Reporter {
  let playbooks: readonly { readonly file: string; readonly plays: number }[] = [];
  let plays = new Set<number>();
  let playsOfPlaybook = 0;
  let playbook: Level | undefined;
  let play: Level | undefined;
  let task: Level | undefined;
  let pattern = '';
  let isFree = false;
  let isDiff = false;
  const notified = new Set<string>();
  const stats = noStats();
  let tasks = new Map<string, Level>();
  let started = new Map<string, Started>();
  /** Hosts on which a loop of includes has not ended. */
  let looping = new Map<string, readonly Level[]>();

  const levels = (...inner: (Level | undefined)[]): readonly Level[] =>
    [playbook, play, ...inner].filter((level) => level !== undefined);
  const send = (kind: string, around: readonly Level[], at: number, data: EventValues, text: string): void => {
    const uuid = typeof data['uuid'] === 'string' ? data['uuid'] : randomUUID();
    const parent = around.findLast((level) => level.uuid !== uuid);
    tell(
      {
        event: kind,
        uuid,
        created: utc(at),
        ...(parent !== undefined && { parent_uuid: parent.uuid }),
        event_data: { ...Object.assign({}, ...around.map((level) => level.data)), ...data, uuid },
      },
      text,
    );
  };
  const begin = (level: Level, kind: string, around: readonly Level[], at: number, more: EventValues = {}): void =>
    send(kind, [...around, level], at, { ...more, uuid: level.uuid }, taken());
  const beginPlaybook = (at: number): void => {
    const [next, ...later] = playbooks;
    if (next === undefined) return;
    playbooks = later;
    plays = new Set();
    playsOfPlaybook = next.plays;
    play = undefined;
    playbook = levelOf('playbook_uuid', { playbook: basename(next.file) });
    begin(playbook, 'playbook_on_start', [], at);
  };
  /** What belongs to no event. */
  const sendRest = (at: number): void => {
    const text = taken();
    if (text !== '') send('verbose', levels(), at, { verbose: true }, text);
  };
  /** A play belongs to the next playbook when the one before it has had all of its own. */
  const countPlay = (number: number, at: number): void => {
    if (!plays.has(number) && plays.size >= playsOfPlaybook) beginPlaybook(at);
    plays.add(number);
  };
  const beginPlay = (name: string, at: number): void => {
    tasks = new Map();
    started = new Map();
    task = undefined;
    play = undefined;
    const next = levelOf('play_uuid', { play: name, play_pattern: pattern });
    begin(next, 'playbook_on_play_start', levels(), at, { name, pattern });
    play = next;
  };
  /** The task; told to have begun if this is the first that is heard of it in its play. */
  const taskOf = (of: TaskRef, host: string, at: number): Level =>
    tasks.get(taskKey(of, host)) ?? beginTask(of, host, at);
  // Hosts that do not wait for each other begin a task each for itself.
  const taskKey = ({ id, handler }: TaskRef, host: string): string => `${id} ${handler} ${isFree ? host : ''}`;
  const beginTask = (of: TaskRef, host: string, at: number): Level => {
    task = levelOf('task_uuid', taskData(of, cwd));
    begin(task, 'playbook_on_task_start', levels(), at, { name: of.name, is_conditional: of.handler });
    tasks.set(taskKey(of, host), task);
    return task;
  };
  const endLoops = (at: number): void => {
    for (const [host, of] of looping) send('runner_on_ok', of, at, { host, remote_addr: host, res: {} }, '');
    looping = new Map();
  };
  const included = (event: Of<'included'>): void => {
    const { task: of, host: together, what, label, time } = event;
    // The heading belongs to the task, the line to the file.
    lines({ kind: 'task-started', play: 0, task: of, host: together, time });
    const hosts = together.split(HOSTS_TOGETHER);
    const around = levels(taskOf(of, hosts[0] ?? '', time));
    lines(event);
    const text = taken();
    const role = of.type === 'include_role';
    const res = { include_args: { [role ? 'name' : 'file']: what } };
    for (const host of hosts) if (!looping.has(host)) send('runner_on_start', around, time, { host }, '');
    for (const host of hosts) {
      if (label !== undefined) looping.set(host, around);
      const item = label === undefined ? { remote_addr: host } : {};
      send(`runner_${label === undefined ? '' : 'item_'}on_ok`, around, time, { host, ...item, res }, '');
    }
    if (!role) send('playbook_on_include', around, time, { included_file: what }, text);
  };
  const ended = (event: Of<'task-finished'> | Of<'item-finished'>): void => {
    const { task, host, outcome, time } = event;
    recordStats(stats, event);
    const begun = started.get(onHost(task, host))?.at ?? time;
    const level = taskOf(task, host, begun);
    const of = levels(level);
    if (isDiff && event.kind === 'task-finished' && wordOf(outcome) === 'ok')
      send('runner_on_file_diff', of, time, { host, diff: outcome.changes.flatMap(({ diff }) => diff ?? []) }, '');
    const took = { start: utc(begun), end: utc(time), duration: (time - begun) / 1000, event_loop: null };
    const isItem = event.kind === 'item-finished';
    if (!isItem) started.set(onHost(task, host), { at: begun, endedIn: level });
    const kind = `runner_${isItem ? 'item_' : ''}on_${wordOf(outcome)}`;
    send(
      kind,
      of,
      time,
      {
        host,
        ...(!isItem && { remote_addr: host, ...took }),
        ...((isItem || kind !== 'runner_on_skipped') && { res: resultOf(event) }),
        ...(kind === 'runner_on_failed' && { ignore_errors: outcome.ignored === true ? true : null }),
      },
      taken(),
    );
  };

  return (event) => {
    if (event.kind !== 'included') lines(event);
    const { time: at } = event;
    if (event.kind !== 'included' && event.kind !== 'host-busy') endLoops(at);
    switch (event.kind) {
      case 'run-started':
        isDiff = event.diff;
        playbooks = event.playbooks.map((file, index) => ({ file, plays: event.plays[index] ?? 1 }));
        return beginPlaybook(at);
      case 'play-started':
        countPlay(event.play, at);
        pattern = event.pattern;
        return beginPlay(event.name, at);
      case 'batch-started':
        isFree = event.free;
        return event.batch > 0 ? beginPlay(event.name, at) : undefined;
      case 'no-hosts-left':
        return send('playbook_on_no_hosts_remaining', levels(task), at, {}, taken());
      case 'no-hosts':
        countPlay(event.play, at);
        return send('playbook_on_no_hosts_matched', levels(), at, {}, taken());
      case 'task-started': {
        // A meta task begins when it is told what it did.
        if (event.task.type === 'meta' && !event.task.handler) return;
        if (event.task.handler) for (const key of notified) if (isOf(key, event)) notified.delete(key);
        const key = taskKey(event.task, event.host);
        const last = started.get(onHost(event.task, event.host))?.endedIn;
        if (last !== undefined && last === tasks.get(key)) tasks.delete(key);
        started.set(onHost(event.task, event.host), { at });
        return send('runner_on_start', levels(taskOf(event.task, event.host, at)), at, { host: event.host }, taken());
      }
      case 'item-finished':
      case 'task-finished':
        return ended(event);
      case 'retrying':
        return send(
          'runner_retry',
          levels(taskOf(event.task, event.host, at)),
          at,
          { host: event.host, res: event.outcome.result },
          taken(),
        );
      case 'notified': {
        const { host, handler } = event;
        // Ansible tells it once until the handler has run.
        const key = JSON.stringify([host, handler]);
        if (notified.has(key)) return;
        notified.add(key);
        return send('playbook_on_notify', levels(taskOf(event.task, host, at)), at, { host, handler }, taken());
      }
      case 'job':
        return send(
          `runner_on_async_${event.is === 'running' ? 'poll' : event.is}`,
          levels(task),
          at,
          { host: event.host, jid: event.id },
          taken(),
        );
      case 'meta':
        if (event.task === undefined) return sendRest(at);
        beginTask(event.task, event.host ?? '', at);
        return;
      case 'included':
        return included(event);
      case 'warning': {
        const kind = event.diagnostic.severity === 'error' ? 'error' : 'warning';
        return send(kind, levels(), at, { [kind]: true }, taken());
      }
      case 'run-finished':
        play = undefined;
        return send(
          'playbook_on_stats',
          levels(),
          at,
          { ...countsOf(event.summaries), artifact_data: stats.ofRun },
          taken(),
        );
      default:
        return sendRest(at);
    }
  };
}

/** A task on one host. */
const onHost = ({ id }: TaskRef, host: string): string => `${host} ${id}`;

/** A level whose own name all events below it repeat. */
function levelOf(name: string, data: EventValues): Level {
  const uuid = randomUUID();
  return { uuid, data: { ...data, [name]: uuid } };
}

/** ISO 8601 in UTC, without a zone, as Python writes it. */
const utc = (ms: number): string => new Date(ms).toISOString().replace('Z', '000');

function taskData({ name, type, at }: TaskRef, cwd: string): EventValues {
  const [, before, own] = /^(.+?) : (.*)$/.exec(name) ?? [];
  // An included role is named after itself.
  const role = before === type ? undefined : before;
  return {
    task: before === type ? type : (own ?? name),
    task_action: type,
    ...(type.includes('.') && { resolved_action: type }),
    task_args: '',
    task_path: `${resolve(cwd, at.file)}:${at.line}`,
    ...(role !== undefined && { role }),
  };
}

/** Whether a notification is that of this handler. */
function isOf(key: string, { host, task }: Of<'task-started'>): boolean {
  const [of, handler] = JSON.parse(key) as [string, string];
  return of === host && (handler === task.name || task.name.endsWith(` : ${handler}`));
}

function wordOf({ status }: ToldOutcome): string {
  return status === 'changed' || status === 'unknown' || status === 'unless' ? 'ok' : status;
}

/** Ansible's return values; of a loop's item also which one it is. */
function resultOf(event: Of<'task-finished'> | Of<'item-finished'>): EventValues {
  const { result, censored } = event.outcome;
  const shown = { ...result, _ansible_no_log: censored === true };
  return event.kind === 'item-finished' ? { ...shown, _ansible_item_label: event.label } : shown;
}

/** Ansible's counts: by kind and host, without zeros. */
function countsOf(summaries: Readonly<Record<string, HostSummary>>): EventValues {
  const of = (key: keyof HostSummary): EventValues =>
    Object.fromEntries(
      Object.entries(summaries).flatMap(([host, counts]) => (counts[key] > 0 ? [[host, counts[key]]] : [])),
    );
  return {
    changed: of('changed'),
    dark: of('unreachable'),
    failures: of('failed'),
    ignored: of('ignored'),
    ok: of('ok'),
    processed: Object.fromEntries(Object.keys(summaries).map((host) => [host, 1])),
    rescued: of('rescued'),
    skipped: of('skipped'),
  };
}
