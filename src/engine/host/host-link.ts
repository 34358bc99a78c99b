import { type Command, ownLocale } from '../../core/command.ts';
import { exporting } from '../../core/commands/exporting.ts';
import { groupBy } from '../../core/group-by.ts';
import type { Bytes } from '../../core/local-content.ts';
import {
  type Answer,
  type AnyQuestion,
  type ControllerQuestion,
  isAskedInTurn,
  type Question,
} from '../../core/question.ts';
import type { Endpoint, Part, SessionFailure } from '../../core/session.ts';
import type { StartedJob } from '../../core/task-type.ts';
import { decodeText, encodeText } from '../../core/text-codec.ts';
import type { Belief, Beliefs } from './beliefs.ts';
import type { Acted, Asked } from './converge.ts';
import type { Identity } from './identity.ts';
import { type DoneStep, mergeQuestions, mergeSteps, separateQuestions, untold } from './round.ts';
import { type Opened, Sessions, type SessionsOptions } from './sessions.ts';
import { linesOf } from './whole-lines.ts';

/** The host and user for asking or doing something. */
export interface Place {
  readonly link: HostLink;
  readonly identity: Identity;
}

/** A question for a host or user other than the current task's: what asking ahead produces. */
export interface Ahead extends Place {
  readonly question: AnyQuestion<unknown>;
}

/**
 * The maximum duration of a round that includes questions of upcoming tasks: a host that does not answer them must not
 * delay the current task.
 */
const aheadWaitMs = 20_000;

/** What cannot be known of a host whose answers are in a file. */
const unasked: SessionFailure = { reason: 'unasked', message: 'a question that was not asked' };

/** A host and user that could not be asked in a round, and why. */
interface Unasked {
  readonly link: HostLink;
  readonly key: string;
  readonly failure: SessionFailure;
}

interface LinkOptions extends SessionsOptions {
  /** Ask each question in parts of its own. */
  readonly separately?: boolean | undefined;
  readonly beliefs: Beliefs;
  /**
   * In a check: the task whose predicted change would make this host reachable (a container that has not been created
   * yet).
   */
  readonly excuse?: (identity: Identity) => string | undefined;
  /** Learns that something may have changed on the machine of this endpoint, which may have other names as well. */
  readonly changed?: (endpoint: Endpoint) => void;
  /**
   * The link and default identity of another inventory host, for questions, commands and content from there; with
   * `asLogin`, of the user who logs in.
   */
  readonly other: (host: string, asLogin?: boolean) => Place | undefined;
}

/** A change, with what is to run before it and the questions to ask after it. */
export interface ActStep {
  readonly before: readonly Command[];
  readonly commands: readonly Command[];
  readonly after: readonly AnyQuestion<unknown>[];
}

interface ActOptions {
  readonly onOutput: (stream: 'stdout' | 'stderr', text: string) => void;
  readonly ahead: () => Promise<readonly Ahead[]>;
  readonly deadlineMs?: number | undefined;
  /** Show neither the commands nor their output. */
  readonly censored?: boolean | undefined;
}

/** The conversation with one host: its sessions, its rounds, and what is believed about it. */
export class HostLink {
  readonly name: string;
  readonly beliefs: Beliefs;
  /** Jobs that this run started there, by their status file. */
  readonly jobs = new Map<string, StartedJob>();
  /** Jobs that are not known to have ended: while they run, the host's answers may become outdated. */
  readonly goingOn = new Set<string>();
  readonly #options: LinkOptions;
  readonly #sessions: Sessions;

  constructor(options: LinkOptions) {
    this.name = options.name;
    this.beliefs = options.beliefs;
    this.#options = options;
    this.#sessions = new Sessions({ ...options, changedByOthers: () => this.beliefs.forget() });
  }

  /** Exchanges with this host so far, regardless of the number of questions in each. */
  get rounds(): number {
    return this.#sessions.rounds;
  }

  /** The home directory of an identity's user, once there is a session. */
  home(identity: Identity): string | undefined {
    return this.#sessions.home(identity);
  }

  /** Whether this host's sessions lead to the machine of this endpoint. */
  reaches(endpoint: Endpoint): boolean {
    return this.#sessions.reaches(endpoint);
  }

  /** The session of an identity, opened if necessary. */
  open(identity: Identity): Promise<Opened> {
    return this.#sessions.open(identity);
  }

  /**
   * In a check: the task whose predicted change may resolve this failure, by creating the container or user, or
   * permitting become.
   */
  excused(identity: Identity, { reason, message }: SessionFailure): string | undefined {
    if (reason === 'unasked') return message;
    const because = this.#options.excuse?.(identity);
    return because ?? (reason === 'become' ? this.beliefs.uncertainBecauseOf(false)[0] : undefined);
  }

  /** What other runs would change on this host has to wait from now on. */
  claim(): void {
    this.#sessions.claim();
  }

  /** Use new logins from now on: only a new login sees the groups that a user was added to. */
  async reset(): Promise<void> {
    this.beliefs.forget();
    await this.#sessions.reset();
  }

  /**
   * What is believed about the questions. Those without an answer are asked in one round, together with those of
   * `ahead`. Without `foreseen`, ignores what a check predicts.
   */
  async ask(
    identity: Identity,
    questions: readonly AnyQuestion<unknown>[],
    ahead: () => Promise<readonly Ahead[]>,
    { foreseen = true, deadlineMs }: { foreseen?: boolean; deadlineMs?: number | undefined } = {},
  ): Promise<Asked> {
    const deadline = deadlineMs === undefined ? undefined : Date.now() + deadlineMs;
    const own = questions.map((question) => this.#placed(identity, question));
    // Another task may change the host while this one asks; the answers are then discarded and asked again.
    for (;;) {
      const missing = own.flatMap((one) => missingOf(one, foreseen));
      // Opening a session first reveals its user's home, so that more upcoming questions can be asked ahead.
      const asksHere = missing.some(({ link, question }) => link === this && !('controller' in question));
      const loginMs = newLoginMsOf(missing);
      const opened = asksHere ? await this.#openFor(identity, loginMs) : undefined;
      const closed = opened?.ok === false ? { link: this, key: identity.key, failure: opened.failure } : undefined;
      const limits = { foreseen, deadline: earlier(deadline, loginMs), closed };
      const failures = missing.length === 0 ? [] : await this.#round(missing, await this.#coming(ahead), limits);
      const beliefs = own.map((one) => this.#beliefOf(one, failures, foreseen));
      const failed = beliefs.find((belief) => belief !== undefined && 'failure' in belief);
      if (failed !== undefined && 'failure' in failed) return { ok: false, failure: failed.failure };
      if (beliefs.every((belief): belief is Belief => belief !== undefined))
        return {
          ok: true,
          beliefs: new Map(own.map(({ question }, index) => [question.key, beliefs[index] as Belief])),
        };
    }
  }

  /** A session for the current task's questions: a new login, if one of them requires that. */
  async #openFor(identity: Identity, newLoginMs: number | undefined): Promise<Opened> {
    if (newLoginMs === undefined) return this.open(identity);
    await this.reset();
    return this.#sessions.open(identity, newLoginMs);
  }

  /** The questions of upcoming tasks; none after such questions have gone unanswered once, or if none has to travel. */
  #coming(ahead: () => Promise<readonly Ahead[]>): Promise<readonly Ahead[]> {
    return this.#asksAhead && this.#options.separately !== true ? ahead() : Promise.resolve([]);
  }
  #asksAhead = true;

  #beliefOf(
    { link, identity, question }: Ahead,
    failures: readonly Unasked[],
    foreseen: boolean,
  ): Belief | { failure: SessionFailure } | undefined {
    const belief = link.beliefs.of(question, identity.key, foreseen);
    if (belief.is !== 'asks') return belief;
    const failed = failures.find((one) => one.link === link && one.key === identity.key);
    if (failed === undefined) return undefined;
    const because = link.excused(identity, failed.failure);
    if (because !== undefined) return { is: 'unknown', because };
    // An interrupt is not a reason to go on waiting.
    if (this.#options.signal.aborted) return failed;
    const instead = 'kind' in question ? question.kind.unreached?.(failed.failure) : undefined;
    return instead === undefined ? failed : { is: 'answer', answer: { ok: true, value: instead } };
  }

  /**
   * Run the commands in order, up to the first failure; discard earlier answers, and ask the questions in the same
   * round.
   */
  async act(
    identity: Identity,
    commands: readonly Command[],
    { before, after, ...options }: ActOptions & Pick<ActStep, 'before' | 'after'>,
  ): Promise<Acted> {
    const at = commands[0]?.at;
    if (at !== undefined) return this.#actFrom(at, identity, { before, commands, after }, options);
    const done = await this.actInSteps(identity, [{ before, commands, after }], options);
    return done.ok ? { ok: true, replies: done.steps[0]?.replies ?? [] } : done;
  }

  /**
   * Several changes in one round: the commands of all steps in order, up to the first failure, and after those of each
   * step its questions, in any case. Only the answers of the last step are remembered.
   */
  async actInSteps(
    identity: Identity,
    steps: readonly ActStep[],
    options: ActOptions,
  ): Promise<{ readonly ok: true; readonly steps: readonly DoneStep[] } | { ok: false; failure: SessionFailure }> {
    this.claim();
    const opened = await this.open(identity);
    if (!opened.ok) return opened;
    const cut = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    // Once the commands are done, questions that only upcoming tasks need must not delay the current task.
    const startAheadWait = (): void => {
      if (coming.length > 0) timer = setTimeout(() => cut.abort(), aheadWaitMs);
    };
    const commands = steps.flatMap((step) => [...step.before, ...step.commands]);
    const fed = await Promise.all(commands.map((command) => this.#stdin(command, options.censored)));
    const bad = fed.find((one) => 'failure' in one);
    if (bad !== undefined && 'failure' in bad) return { ok: false, failure: bad.failure };
    const lines: { end(): void }[] = [];
    const chain = commands.map(
      (command, index): Part => ({
        script: withEnvironment(identity, command),
        shown: options.censored === true ? untold : undefined,
        stdin: (fed[index] as { bytes?: Bytes }).bytes,
        chained: true,
        deadlineMs: command.deadlineMs ?? options.deadlineMs,
        onReply: index === commands.length - 1 ? startAheadWait : undefined,
        onOutput: command.long === true && options.censored !== true ? linesOf(options.onOutput, lines) : undefined,
      }),
    );
    // Ask ahead only on the same shell: another shell would look while the change is being made.
    const coming = (await this.#coming(options.ahead)).flatMap(({ link, identity: { key }, question }) =>
      link === this && key === identity.key && !('controller' in question) && !isAskedInTurn(question)
        ? [question]
        : [],
    );
    const laid = steps.map((step, index) => ({
      prepared: step.before.length,
      commands: chain.splice(0, step.before.length + step.commands.length),
      questions: [
        ...step.after.filter((one): one is Question<unknown> => !('controller' in one) && one.host === undefined),
        ...(index === steps.length - 1 ? coming : []),
      ],
    }));
    const merged = mergeSteps(laid);
    this.#options.emit({ kind: 'host-busy', host: this.name, doing: 'changing' });
    const parts = merged.parts.map((part) =>
      part.chained === true ? part : { ...part, script: withEnvironment(identity, part) },
    );
    const exchanged = await this.#sessions.exchange(opened.session, identity, parts, { cut: () => cut.signal });
    clearTimeout(timer);
    for (const one of lines) one.end();
    this.#outdate(identity);
    const late = !exchanged.ok && exchanged.failure.reason === 'late';
    if (!exchanged.ok && !late) return exchanged;
    if (late) this.#asksAhead = false;
    const replies = exchanged.ok ? exchanged.replies : (exchanged.failure.replies ?? []);
    const done = merged.read(replies);
    const [answers, asked] = [done.at(-1)?.answers, laid.at(-1)?.questions ?? []];
    for (const question of exchanged.ok ? asked : []) {
      const answer = answers?.get(question.key);
      if (answer !== undefined) this.beliefs.learn(question, identity.key, answer);
    }
    return { ok: true, steps: done };
  }

  /** Run commands on another host that change this one, or that one. */
  async #actFrom(at: string, identity: Identity, { before, commands }: ActStep, options: ActOptions): Promise<Acted> {
    const from = this.#options.other(at, true);
    if (from === undefined)
      return { ok: false, failure: { reason: 'unreachable', message: `${at} is not in the inventory` } };
    const alone = { ...options, before: [], after: [], ahead: async () => [] };
    if (before.length > 0) {
      const prepared = await this.act(identity, [], { ...alone, before });
      if (!prepared.ok || prepared.replies.length > 0) return prepared;
    }
    const here = commands.map(({ at: _, ...command }) => command);
    const acted = await from.link.act(from.identity, here, alone);
    this.#outdate(identity);
    return acted;
  }

  /** Something may have changed on this machine: what was learned about it, under whatever name, is outdated. */
  #outdate({ endpoint }: Identity): void {
    this.beliefs.forget();
    this.#options.changed?.(endpoint);
  }

  /** A command's output, as input for another host. */
  async output(
    identity: Identity,
    command: Command,
    censored = false,
  ): Promise<{ bytes: Uint8Array } | { failure: SessionFailure }> {
    const opened = await this.open(identity);
    if (!opened.ok) return opened;
    const exchanged = await this.#sessions.exchange(opened.session, identity, [
      { script: withEnvironment(identity, command), shown: censored ? untold : undefined, large: true },
    ]);
    if (!exchanged.ok) return exchanged;
    const reply = exchanged.replies[0]!;
    if (reply.code === 0) return { bytes: reply.stdout };
    return {
      failure: {
        reason: 'lost',
        message: `${this.name}: ${decodeText(reply.stderr).trim() || `exit code ${reply.code}`}`,
      },
    };
  }

  #placed(identity: Identity, question: AnyQuestion<unknown>): Ahead {
    const elsewhere =
      'controller' in question || question.host === undefined
        ? undefined
        : this.#options.other(question.host, question.asLogin);
    return { link: elsewhere?.link ?? this, identity: elsewhere?.identity ?? identity, question };
  }

  /**
   * Ask on every host at once. Reports which hosts could not be asked and why; the other answers are still recorded.
   */
  async #round(own: readonly Ahead[], coming: readonly Ahead[], limits: Limits): Promise<readonly Unasked[]> {
    const isOwn = new Set(own.map(({ question }) => question.key));
    const placed = [...own, ...coming.filter(({ link, identity }) => !link.#sessions.isRefused(identity))]
      .map(({ link, identity, question }) => link.#placed(identity, question))
      .flatMap((one) => missingOf(one, limits.foreseen));
    const controller = placed.filter((one) => 'controller' in one.question);
    const groups = [
      ...groupBy(
        placed.filter((one) => !('controller' in one.question)),
        ({ link, identity }) => `${link.name}\0${identity.key}`,
      ).values(),
    ];
    const unasked = await Promise.all([
      ...groups.map(async (group): Promise<Unasked | undefined> => {
        const [{ link, identity }] = group;
        // Trying again would send another wrong password, or wait just as long again.
        if (limits.closed?.link === link && limits.closed.key === identity.key) return limits.closed;
        const questions = group.map((one) => one.question as Question<unknown>);
        const failure = await link.#askAll(
          identity,
          questions.filter(({ key }) => isOwn.has(key)),
          questions.filter(({ key }) => !isOwn.has(key)),
          limits,
        );
        return failure === undefined ? undefined : { link, key: identity.key, failure };
      }),
      ...controller.map((one) => askController(one, this.#options.signal)),
    ]);
    for (const link of new Set(groups.map((group) => group[0].link))) link.#sessions.rounds++;
    return unasked.filter((one) => one !== undefined);
  }

  /**
   * Reading twice is harmless, so reopen once a connection that was lost while asking. If the questions of coming
   * tasks may be the reason for a missing answer, ask the current task's questions alone.
   */
  async #askAll(
    identity: Identity,
    own: readonly Question<unknown>[],
    coming: readonly Question<unknown>[],
    limits: Limits,
    again = true,
  ): Promise<SessionFailure | undefined> {
    const opened = await this.open(identity);
    if (!opened.ok) return opened.failure;
    const questions = [...own, ...coming];
    this.#options.emit({ kind: 'host-busy', host: this.name, doing: 'asking', about: `${questions.length} questions` });
    const asking = this.#options.separately === true ? separateQuestions(questions) : mergeQuestions(questions);
    const parts = asking.parts.map((part) => ({ ...part, script: withEnvironment(identity, part) }));
    const cut = () => cutAfter(limits.deadline, coming.length > 0);
    const exchanged = await this.#sessions.exchange(opened.session, identity, parts, { counts: false, cut });
    if (exchanged.ok) {
      const answers = asking.read(exchanged.replies);
      for (const question of questions) {
        const answer = answers.get(question.key);
        if (answer !== undefined) this.beliefs.learn(question, identity.key, answer);
      }
      return own.every(({ key }) => answers.has(key)) ? undefined : unasked;
    }
    const { replies: _, ...failure } = exchanged.failure;
    if (failure.reason === 'late' && coming.length > 0) {
      this.#asksAhead = false;
      return own.length === 0 ? undefined : this.#askAll(identity, own, [], limits, again);
    }
    return again && failure.reason === 'lost' && !this.#options.signal.aborted
      ? this.#askAll(identity, own, coming, limits, false)
      : failure;
  }

  async #stdin(command: Command, censored?: boolean): Promise<{ bytes?: Bytes } | { failure: SessionFailure }> {
    const { stdin } = command;
    if (stdin === undefined) return {};
    if (typeof stdin === 'string') return { bytes: encodeText(stdin) };
    if (!('host' in stdin)) return { bytes: stdin };
    const from = this.#options.other(stdin.host);
    if (from === undefined)
      return { failure: { reason: 'unreachable', message: `${stdin.host} is not in the inventory` } };
    return from.link.output(from.identity, stdin.command, censored);
  }
}

/** The conditions of a round. */
interface Limits {
  readonly foreseen: boolean;
  /** When the current task must have its answers. */
  readonly deadline: number | undefined;
  /** An identity without a session, and why: opening one has just failed. */
  readonly closed: Unasked | undefined;
}

/**
 * When to give up on an exchange. If it includes questions of upcoming tasks, early enough to ask again without them.
 */
function cutAfter(deadline: number | undefined, withComing: boolean): AbortSignal | undefined {
  const left = deadline === undefined ? Number.POSITIVE_INFINITY : Math.max(1, deadline - Date.now());
  const ms = withComing ? Math.min(left / 2, aheadWaitMs) : left;
  return Number.isFinite(ms) ? AbortSignal.timeout(Math.ceil(ms)) : undefined;
}

/** How long a new login may take, if one of the questions requires one. */
function newLoginMsOf(asked: readonly Ahead[]): number | undefined {
  const limits = asked.flatMap(({ question }) =>
    'kind' in question ? (question.kind.newLoginMs?.(question.arg) ?? []) : [],
  );
  return limits.length === 0 ? undefined : Math.max(...limits);
}

/** The earlier of a deadline and the end of this many milliseconds. */
const earlier = (deadline: number | undefined, ms: number | undefined): number | undefined =>
  ms === undefined ? deadline : Math.min(deadline ?? Number.POSITIVE_INFINITY, Date.now() + ms);

/** The questions to ask in order to answer a question; none if the answer is already believed. */
function missingOf({ link, identity, question }: Ahead, foreseen: boolean): readonly Ahead[] {
  const belief = link.beliefs.of(question, identity.key, foreseen);
  return belief.is === 'asks' ? belief.questions.map((one) => ({ link, identity, question: one })) : [];
}

async function askController({ link, identity, question }: Ahead, signal: AbortSignal): Promise<undefined> {
  const answer: Answer<unknown> = await (question as ControllerQuestion<unknown>).controller(signal).then(
    (value) => ({ ok: true, value }) as const,
    (error: unknown) => ({ ok: false, why: error instanceof Error ? error.message : String(error) }) as const,
  );
  link.beliefs.learn(question, identity.key, answer);
}

/** The whole text that a host's shell gets for a script. */
export function withEnvironment(
  { environment }: Identity,
  { script, ownLocale: own }: { readonly script: string; readonly ownLocale?: boolean },
): string {
  return `${own === true ? ownLocale : ''}${exporting(environment)}${script}`;
}
