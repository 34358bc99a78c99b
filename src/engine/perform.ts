import type { Outcome, TaskRef } from '../core/event.ts';
import type { Block, Include, Meta, Task } from '../core/model.ts';
import { shell } from '../core/questions/shell.ts';
import { fromJs, type Raw, Template, toJs, type Value } from '../core/value.ts';
import { selectedByTags } from '../language/tags.ts';
import { evaluate, TemplateError } from '../template/index.ts';
import { askAhead, comingTasks } from './ahead.ts';
import { firstFalse, keywordTruth, keywordValue, placed } from './call.ts';
import type { Cursor, Step } from './cursor.ts';
import { type AnyHandler, type Handlers, notifiedNames } from './handlers.ts';
import { Includes, type Included } from './includes.ts';
import type { HostLink, Identity } from './host-link.ts';
import { forgetHandlers, keep, leftOver, noteHandler, putBack, release } from './journal.ts';
import type { PlayContext } from './play-context.ts';
import type { PlayHost } from './play-host.ts';
import { createHash } from 'node:crypto';
import { eachLimited } from './each-limited.ts';
import { type Ran, runTask, tellable } from './run-task.ts';
import { Touched } from './touched.ts';
import type { Change } from '../core/change.ts';
import type { Command } from '../core/command.ts';

/** What the steps of one play share. */
export interface Performing {
  readonly play: PlayContext;
  readonly handlers: Handlers;
  readonly includes: Includes;
  /** All hosts of the batch, those that are out included. */
  readonly hosts: readonly PlayHost[];
  /** Whether the play has anything that an interrupted run may have left. */
  readonly mayHaveLeft: boolean;
  /** More failed hosts than this share of the batch end the play. */
  readonly maxFailPercentage: number | undefined;
  /** Tasks before this name are passed over. */
  startAt: string | undefined;
  /** Set by `any_errors_fatal`, `end_play` and the like: no host goes on. */
  stop: 'no' | 'fatal' | 'end' | 'end-batch';
  stepping: boolean;
}

/** Do one step for hosts that are all at it. */
export async function perform(performing: Performing, hosts: readonly PlayHost[], step: Step): Promise<void> {
  if (step.kind === 'validate') return validate(performing, hosts, step.block);
  const { item } = step;
  if (!isSelected(performing, item) || !(await isStarted(performing, item, hosts)) || !(await isWanted(performing, item, hosts))) return passOver(hosts);
  if (item.kind === 'meta') return performMeta(performing, hosts, item);
  if (item.kind === 'include') return performInclude(performing, hosts, item, step.path);
  for (const host of hosts) host.cursor.advance();
  return performTask(performing, hosts, item, false);
}

const passOver = (hosts: readonly PlayHost[]): void => {
  for (const host of hosts) host.cursor.advance();
};

function isSelected({ play }: Performing, item: Task | Include | Meta): boolean {
  if (item.kind === 'meta' && (item.implicit || item.action === 'role_complete')) return true;
  const { tags, skipTags } = play.run.options;
  return selectedByTags(item.keywords.tags, { only: tags, skip: skipTags });
}

async function isStarted(performing: Performing, item: Task | Include | Meta, hosts: readonly PlayHost[]): Promise<boolean> {
  if (performing.startAt === undefined) return true;
  if (item.kind === 'meta') return item.implicit;
  const names = [refOf(performing.play, item, hosts[0]!, false).name, String(item.name instanceof Template ? item.name.source : (item.name ?? ''))];
  if (!names.some((name) => matches(name, performing.startAt!) || matches(name.replace(/^.* : /, ''), performing.startAt!))) return false;
  performing.startAt = undefined;
  return true;
}

const matches = (name: string, pattern: string): boolean =>
  name === pattern || new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.')}$`).test(name);

async function isWanted(performing: Performing, item: Task | Include | Meta, hosts: readonly PlayHost[]): Promise<boolean> {
  const { step } = performing.play.run.options;
  if (step === undefined || !performing.stepping || item.kind === 'meta') return true;
  const answer = await step(refOf(performing.play, item, hosts[0]!, false).name);
  if (answer === 'continue') performing.stepping = false;
  return answer !== 'no';
}

/** Run a task or handler on hosts, told as one task; whoever fails leaves or is rescued. */
export async function performTask(performing: Performing, hosts: readonly PlayHost[], task: Task, handler: boolean): Promise<void> {
  const { play } = performing;
  const first = hosts[0];
  if (first === undefined) return;
  const sight = play.scopes.of(first.state, task, first.exported);
  const once = settled(() => keywordTruth(task.keywords.runOnce, sight)) === true;
  const throttle = Number(toJs(settled(() => keywordValue(task.keywords.throttle, sight)) ?? 0));
  const limit = Math.min(play.run.options.forks, throttle > 0 ? throttle : Number.POSITIVE_INFINITY);
  const acting = once ? [first] : hosts;
  await eachLimited(acting, limit, async (host) => {
    const ran = await runOnHost(performing, host, task, handler);
    if (once) for (const other of hosts.slice(1)) shareOutcome(host, other, task, ran.outcome);
  });
  const fatal = play.run.options.anyErrorsFatal || settled(() => keywordTruth(task.keywords.anyErrorsFatal, sight)) === true;
  if ((fatal || once) && acting.some((host) => host.out && (host.state.failed || host.state.unreachable))) performing.stop = 'fatal';
}

/** A keyword that cannot be computed counts as not given: the task itself then says what is wrong. */
function settled<T>(compute: () => T): T | undefined {
  try {
    return compute();
  } catch (error) {
    if (error instanceof TemplateError || error instanceof Touched) return undefined;
    throw error;
  }
}

async function runOnHost(performing: Performing, host: PlayHost, task: Task, handler: boolean): Promise<Ran> {
  const { play } = performing;
  const { emit } = play.run;
  const ref = refOf(play, task, host, handler);
  const startedAt = performance.now();
  emit({ kind: 'task-started', play: play.play.id, task: ref, host: host.name });
  const ran = await runTask({
    play,
    state: host.state,
    task,
    ref,
    layers: host.exported,
    ahead: () => aheadOf(performing, host, task),
    beforeChange: (changes) => beforeChange(performing, host, task, changes),
  });
  const notified = ran.outcome.status === 'changed' ? notify(performing, host, task, ref) : undefined;
  const outcome: Outcome = notified === undefined ? ran.outcome : { ...ran.outcome, status: 'failed', message: notified, result: { ...ran.outcome.result, failed: true, msg: notified } };
  emit({ kind: 'task-finished', play: play.play.id, task: ref, host: host.name, outcome: tellable(outcome), tookMs: performance.now() - startedAt, delegatedTo: ran.delegatedTo, looped: ran.looped });
  conclude(performing, host, task, outcome);
  return { ...ran, outcome };
}

/** What an outcome means for the host: counted; failed hosts fall to their rescue, or out. */
function conclude({ play }: Performing, host: PlayHost, task: Task, outcome: Outcome): void {
  const { state } = host;
  if (outcome.status === 'failed' && outcome.ignored === true) {
    state.count('ok');
    state.count('ignored');
    return;
  }
  if (outcome.status === 'unreachable' && outcome.ignored === true) {
    state.count('skipped');
    return;
  }
  state.count(outcome.status);
  if (outcome.status === 'unreachable') {
    state.unreachable = true;
    play.run.emit({ kind: 'host-unreachable', host: host.name, failure: outcome.failure ?? { reason: 'unreachable', message: outcome.message ?? '' } });
    host.end();
  }
  if (outcome.status === 'failed') fall({ play } as Performing, host, task, outcome);
}

function fall({ play }: Performing, host: PlayHost, task: Task, outcome: Outcome): void {
  const { to, left } = host.cursor.fail();
  for (const block of left) host.toPutBack.push(block);
  if (to === 'rescue') {
    host.state.rescued();
    host.state.fallen = { task: taskDict(task, play, host), result: fromJs(outcome.result) };
  }
  if (to === 'always' && host.state.fallen === undefined) host.state.fallen = { task: taskDict(task, play, host), result: fromJs(outcome.result) };
  if (to === undefined) {
    host.state.failed = true;
    host.end();
  }
}

function taskDict(task: Task, play: PlayContext, host: PlayHost): Map<Value, Value> {
  return new Map<Value, Value>([
    ['name', refOf(play, task, host, false).name.replace(/^.* : /, '')],
    ['action', String(task.type)],
  ]);
}

function shareOutcome(from: PlayHost, to: PlayHost, task: Task, outcome: Outcome): void {
  if (task.register !== undefined) {
    const value = from.state.set.get(task.register);
    if (value !== undefined) to.state.set.set(task.register, value);
  }
  if (outcome.status !== 'ok' && outcome.status !== 'changed') return;
  for (const [name, entry] of from.state.set) if (outcome.result['ansible_facts'] !== undefined && name in (outcome.result['ansible_facts'] as object)) to.state.set.set(name, entry);
}

/** Make the notified handlers due. Returns what is wrong, where nobody defines one. */
function notify({ play, handlers }: Performing, host: PlayHost, task: Task, ref: TaskRef): string | undefined {
  if (task.notify.length === 0) return undefined;
  try {
    for (const name of notifiedNames(task.notify, play.scopes.of(host.state, task, host.exported))) {
      const named = handlers.named(name, host.state);
      if (named.length === 0) return `The requested handler '${name}' was not found in either the main handlers list nor in the listening handlers list`;
      for (const handler of named) {
        host.due.add(handler.id);
        play.run.emit({ kind: 'notified', task: ref, host: host.name, handler: name });
      }
    }
    return undefined;
  } catch (error) {
    if (error instanceof TemplateError) return placed(error);
    if (error instanceof Touched) return `notify: depends on ${error.because}`;
    throw error;
  }
}

/** Commands that go with a change, in its round: due handlers are noted, a validating block keeps what was. */
function beforeChange({ play, handlers }: Performing, host: PlayHost, task: Task, changes: readonly Change[]): readonly Command[] {
  captureLeft(play, host);
  const names = task.notify.length === 0 ? [] : (settled(() => notifiedNames(task.notify, play.scopes.of(host.state, task, host.exported))) ?? []);
  const due = names.flatMap((name) => handlers.named(name, host.state)).filter((handler) => !host.due.has(handler.id));
  const notes = [...new Set(due.map((handler) => handlers.noteOf(handler, host.state)))];
  if (notes.length > 0) host.noted = true;
  const blocks = host.cursor.validating;
  const kept = blocks.flatMap((block) => {
    if (changes.some((change) => (change.paths ?? []).length > 0)) host.touchedBlocks.add(blockKey(block));
    return keep(blockKey(block), changes);
  });
  return [...notes.map(noteHandler), ...kept];
}

/** How a block is known in the journal, in this run and the next. */
const blockKey = (block: Block): string => createHash('sha1').update(`${block.at.file.split('/').at(-1)} ${JSON.stringify(block.name ?? '')} ${String(block.validate?.value)}`).digest('hex').slice(0, 16);

/** What a round may ask besides: the rest of this task, what comes, and what an interrupted run left. */
async function aheadOf(performing: Performing, host: PlayHost, task: Task) {
  const { play } = performing;
  const expand = (cursor: Cursor): boolean => expandInclude(performing, host, cursor);
  const selected = (coming: Task): boolean => isSelected(performing, coming);
  const tasks = function* () {
    yield task;
    yield* comingTasks(host.cursor, selected, expand);
  };
  const asked = await askAhead(play, host.state, tasks(), host.exported, host.window.take());
  if (!performing.mayHaveLeft || host.left !== undefined) return asked;
  return [...asked, { link: host.state.link, identity: mainIdentity(play, host), question: leftOver() }];
}

/** Bring in, for asking ahead only, what an include is known to bring. */
function expandInclude({ play, includes }: Performing, host: PlayHost, cursor: Cursor): boolean {
  const step = cursor.next();
  if (step === undefined || step.kind !== 'item' || step.item.kind !== 'include') return false;
  const included = settled(() => includes.compute(play, host.state, step.item as Include, host.exported));
  cursor.advance();
  if (included === undefined) return false;
  for (const one of included.toReversed()) if (one.kind === 'brings') cursor.insert(one.brought.items, step.path, one.turn);
  return true;
}

export const mainIdentity = (play: PlayContext, host: PlayHost): Identity => play.identity(host.state, { keywords: play.play.keywords }, play.scopes.of(host.state));

/** Take what the first round told of an interrupted run, before a change makes it forgotten. */
function captureLeft(play: PlayContext, host: PlayHost): void {
  if (host.left !== undefined) return;
  const belief = host.state.link.beliefs.of(leftOver(), mainIdentity(play, host).key);
  if (belief?.is === 'answer' && belief.answer.ok) host.left = belief.answer.value as NonNullable<PlayHost['left']>;
}

async function learnLeft(performing: Performing, host: PlayHost): Promise<void> {
  if (!performing.mayHaveLeft || host.left !== undefined) return;
  captureLeft(performing.play, host);
  if (host.left !== undefined) return;
  const asked = await host.state.link.ask(mainIdentity(performing.play, host), [leftOver()], async () => []);
  if (asked.ok) captureLeft(performing.play, host);
}

/** Run the handlers that are due, each once, in the order of their definition. */
export async function flushHandlers(performing: Performing, hosts: readonly PlayHost[]): Promise<void> {
  const { play, handlers } = performing;
  if (play.run.signal.aborted) return;
  await eachLimited(hosts, play.run.options.forks, async (host) => {
    if (host.out || !host.asked) return;
    await learnLeft(performing, host);
    for (const handler of handlers.all) if (host.left?.handlers.includes(handlers.noteOf(handler, host.state))) {
      host.due.add(handler.id);
      host.noted = true;
    }
    if (host.left !== undefined) host.left = { ...host.left, handlers: [] };
  });
  while (!play.run.signal.aborted && hosts.some((host) => !host.out && host.due.size > 0)) {
    for (const handler of handlers.all) {
      const due = hosts.filter((host) => !host.out && host.due.has(handler.id));
      if (due.length === 0) continue;
      for (const host of due) host.due.delete(handler.id);
      await runHandler(performing, due, handler);
    }
    const known = new Set(handlers.all.map((handler) => handler.id));
    for (const host of hosts) for (const id of host.due) if (!known.has(id)) host.due.delete(id);
  }
  await eachLimited(hosts.filter((host) => !host.out && host.noted && !play.run.options.check), play.run.options.forks, async (host) => {
    host.noted = false;
    await host.state.link.act(mainIdentity(play, host), [forgetHandlers()], { before: [], onOutput: () => {}, after: [], ahead: async () => [] });
  });
}

async function runHandler(performing: Performing, hosts: readonly PlayHost[], handler: AnyHandler): Promise<void> {
  if (handler.kind === 'task') return performTask(performing, hosts, handler, true);
  for (const host of hosts)
    for (const one of performing.includes.compute(performing.play, host.state, handler, host.exported)) {
      tellIncluded(performing, host, handler, one);
      if (one.kind !== 'brings') continue;
      for (const item of one.brought.items) if (item.kind === 'task') await performTask(performing, [host], item, true);
    }
}

async function performInclude(performing: Performing, hosts: readonly PlayHost[], include: Include, path: readonly number[]): Promise<void> {
  const { play, handlers } = performing;
  for (const host of hosts) {
    host.cursor.advance();
    const included = await computeIncluded(performing, host, include);
    const failed = included.find((one) => one.kind === 'failed');
    for (const one of included) tellIncluded(performing, host, include, one);
    if (failed !== undefined && failed.kind === 'failed') {
      fall(performing, host, include as unknown as Task, { status: 'failed', changes: [], message: failed.message, result: { failed: true, msg: failed.message } });
      continue;
    }
    for (const one of included.toReversed()) {
      if (one.kind !== 'brings') continue;
      handlers.add(one.brought.handlers);
      host.exported = [...host.exported, ...one.brought.exported];
      await Promise.all(typesOf(one.brought.items).map((name) => play.run.taskType(name)));
      host.cursor.insert(one.brought.items, path, one.turn);
    }
  }
}

async function computeIncluded({ play, includes }: Performing, host: PlayHost, include: Include): Promise<readonly Included[]> {
  for (;;) {
    try {
      return includes.compute(play, host.state, include, host.exported);
    } catch (error) {
      if (!(error instanceof Touched)) throw error;
      if (error.what !== 'facts') return [{ kind: 'failed', message: `depends on ${error.because}` }];
      const { learnFacts } = await import('./facts.ts');
      const other = play.stateOf(error.host);
      if (other === undefined) return [{ kind: 'failed', message: `no facts of ${error.host}` }];
      const failure = await learnFacts(play, other, play.identity(other, { keywords: play.play.keywords }, play.scopes.of(other)), async () => []);
      if (failure !== undefined) return [{ kind: 'failed', message: failure.message }];
    }
  }
}

function typesOf(items: readonly (Task | Include | Meta | Block)[]): string[] {
  return items.flatMap((item) => (item.kind === 'task' ? (typeof item.type === 'string' ? [item.type] : []) : item.kind === 'block' ? typesOf([...item.block, ...item.rescue, ...item.always]) : []));
}

function tellIncluded({ play }: Performing, host: PlayHost, include: Include, one: Included): void {
  const ref = refOf(play, include, host, false);
  const { emit } = play.run;
  if (one.kind === 'brings') {
    host.state.count('ok');
    emit({ kind: 'included', task: ref, host: host.name, what: one.what });
    return;
  }
  emit({ kind: 'task-started', play: play.play.id, task: ref, host: host.name });
  const outcome: Outcome =
    one.kind === 'skipped'
      ? { status: 'skipped', changes: [], message: `Conditional result was False: ${one.condition}`, result: { changed: false, skipped: true, skip_reason: 'Conditional result was False', false_condition: one.condition } }
      : { status: 'failed', changes: [], message: one.message, result: { failed: true, msg: one.message } };
  host.state.count(outcome.status);
  emit({ kind: 'task-finished', play: play.play.id, task: ref, host: host.name, outcome, tookMs: 0 });
}

async function performMeta(performing: Performing, hosts: readonly PlayHost[], meta: Meta): Promise<void> {
  const { play } = performing;
  const wanted = hosts.filter((host) => {
    const refused = settled(() => firstFalse(meta.keywords.when, play.scopes.of(host.state, meta, host.exported)));
    return refused === undefined;
  });
  for (const host of hosts) host.cursor.advance();
  if (wanted.length === 0) return;
  const tell = (text: string, host?: string) => play.run.emit({ kind: 'meta', text, host });
  switch (meta.action) {
    case 'flush_handlers':
      return flushHandlers(performing, wanted);
    case 'noop':
    case 'role_complete':
    case 'refresh_inventory':
    case 'end_role':
      return meta.implicit ? undefined : tell(`META: ${meta.action}`);
    case 'end_play':
      tell('META: ending play');
      performing.stop = 'end';
      return;
    case 'end_batch':
      tell('META: ending batch');
      performing.stop = 'end-batch';
      return;
    case 'end_host':
      for (const host of wanted) {
        tell(`META: ending play for ${host.name}`, host.name);
        host.end();
      }
      return;
    case 'clear_facts':
      for (const host of wanted) host.state.facts.clear();
      return tell('META: facts cleared');
    case 'clear_host_errors':
      for (const host of performing.hosts) Object.assign(host.state, { failed: false, unreachable: false });
      return tell('META: cleared host errors');
    case 'reset_connection':
      for (const host of wanted) host.state.link.beliefs.forget();
      return tell('META: reset connection');
  }
}

/** Prove what a validating block changed: the command must succeed, or everything is put back and the block has failed. */
async function validate(performing: Performing, hosts: readonly PlayHost[], block: Block): Promise<void> {
  const { play } = performing;
  const key = blockKey(block);
  await eachLimited(hosts, play.run.options.forks, async (host) => {
    await learnLeft(performing, host);
    const due = host.touchedBlocks.has(key) || host.left?.blocks.includes(key) === true;
    if (!due || play.run.options.check) return host.cursor.advance();
    const sight = play.scopes.of(host.state, block, host.exported);
    const command = String(toJs(keywordValue(block.validate, sight) ?? ''));
    const ref: TaskRef = { id: block.id, name: `validate: ${command}`, type: 'validate', at: block.validate!.at, handler: false, tags: block.keywords.tags, step: block.keywords.step };
    play.run.emit({ kind: 'task-started', play: play.play.id, task: ref, host: host.name });
    const startedAt = performance.now();
    const outcome = await prove(play, host, block, key, command);
    play.run.emit({ kind: 'task-finished', play: play.play.id, task: ref, host: host.name, outcome, tookMs: performance.now() - startedAt });
    if (outcome.status === 'ok') {
      host.touchedBlocks.delete(key);
      host.cursor.advance();
    }
    conclude(performing, host, block as unknown as Task, outcome);
    host.toPutBack.splice(0);
  });
}

async function prove(play: PlayContext, host: PlayHost, block: Block, key: string, command: string): Promise<Outcome> {
  const identity = play.identity(host.state, { keywords: block.keywords }, play.scopes.of(host.state, block, host.exported));
  const question = shell({ script: command });
  host.state.link.beliefs.forget();
  const asked = await host.state.link.ask(identity, [question], async () => []);
  if (!asked.ok) return { status: 'unreachable', changes: [], message: asked.failure.message, failure: asked.failure, result: {} };
  const belief = asked.beliefs.get(question.key);
  const said = belief?.is === 'answer' && belief.answer.ok ? (belief.answer.value as { code: number; stdout: string; stderr: string }) : { code: 1, stdout: '', stderr: 'no answer' };
  const link = host.state.link;
  if (said.code === 0) {
    await quietly(link, identity, release(key));
    return { status: 'ok', changes: [], result: { changed: false, cmd: command, rc: 0, stdout: said.stdout, stderr: said.stderr } };
  }
  const back = await quietly(link, identity, putBack(key));
  host.due.clear();
  const message = `${command} failed, ${back ? 'so what the block had changed was put back' : 'and what the block had changed could NOT be put back; it is kept under /var/lib/retrace/kept'}: ${(said.stderr || said.stdout).trim()}`;
  return { status: 'failed', changes: [], message, result: { failed: true, msg: message, rc: said.code, stdout: said.stdout, stderr: said.stderr } };
}

/** A task inside a validating block failed: what the block changed until then is put back. */
export async function putBackLeft({ play }: Performing, host: PlayHost): Promise<void> {
  for (const block of host.toPutBack.splice(0)) {
    const key = blockKey(block);
    if (!host.touchedBlocks.delete(key) || play.run.options.check) continue;
    const identity = play.identity(host.state, { keywords: block.keywords }, play.scopes.of(host.state, block, host.exported));
    const back = await quietly(host.state.link, identity, putBack(key));
    const message = back ? `what the block ${String(block.name ?? '')} had changed was put back` : `what the block had changed could not be put back; it is kept under /var/lib/retrace/kept/${key}`;
    play.run.emit({ kind: 'warning', host: host.name, diagnostic: { severity: 'warning', code: 'put-back', message, at: block.at } });
  }
}

async function quietly(link: HostLink, identity: Identity, command: Command): Promise<boolean> {
  const acted = await link.act(identity, [command], { before: [], onOutput: () => {}, after: [], ahead: async () => [] });
  return acted.ok && acted.replies.every((reply) => reply.code === 0);
}

/** A task as events name it. */
export function refOf(play: PlayContext, item: Task | Include, host: PlayHost, handler: boolean): TaskRef {
  const type = item.kind === 'task' ? (typeof item.type === 'string' ? item.type : 'action') : item.of === 'role' ? 'include_role' : 'include_tasks';
  const name = item.name === undefined ? type : nameText(play, item.name, item, host);
  return {
    id: item.id,
    name: item.role === undefined ? name : `${item.role.name} : ${name}`,
    type,
    at: item.at,
    step: item.keywords.step,
    handler,
    tags: item.keywords.tags,
  };
}

function nameText(play: PlayContext, name: Raw, item: Task | Include, host: PlayHost): string {
  if (!(name instanceof Template)) return String(name);
  const { scope, env } = play.scopes.of(host.state, item, host.exported);
  return settled(() => String(evaluate(name, scope, env))) ?? name.source;
}

