import { type Command, ownLocale } from '../../core/command.ts';
import { exporting } from '../../core/commands/exporting.ts';
import { groupBy } from '../../core/group-by.ts';
import {
  type Answer,
  type AnyQuestion,
  type ControllerQuestion,
  isAskedInTurn,
  type Question,
} from '../../core/question.ts';
import type { Part, SessionFailure } from '../../core/session.ts';
import type { StartedJob } from '../../core/task-type.ts';
import { decodeText, encodeText } from '../../core/text-codec.ts';
import type { Belief, Beliefs } from './beliefs.ts';
import type { Acted, Asked } from './converge.ts';
import type { Identity } from './identity.ts';
import { mergeQuestions, untold } from './round.ts';
import { type Opened, Sessions, type SessionsOptions } from './sessions.ts';
import { linesOf } from './whole-lines.ts';

/** Where and as whom something is asked or done. */
export interface Place {
  readonly link: HostLink;
  readonly identity: Identity;
}

/** A question for a host other than, or as somebody other than, the task at hand: what asking ahead yields. */
export interface Ahead extends Place {
  readonly question: AnyQuestion<unknown>;
}

/** How long a round may take in which coming tasks ask, too: one that does not answer them must not keep the task at hand. */
const aheadWaitMs = 20_000;

/** Who could not be asked in a round, and why. */
interface Unasked {
  readonly link: HostLink;
  readonly key: string;
  readonly failure: SessionFailure;
}

interface LinkOptions extends SessionsOptions {
  readonly beliefs: Beliefs;
  /** In a check: the task whose foreseen change would make this host reachable (a container still to be created). */
  readonly excuse?: (identity: Identity) => string | undefined;
  /** The link and usual identity of another inventory host, for questions and content that come from there. */
  readonly other: (host: string) => Place | undefined;
}

/** The conversation with one host: its sessions, its rounds, and what is believed of it. */
export class HostLink {
  readonly name: string;
  readonly beliefs: Beliefs;
  /** Jobs that this run started there, by the file that tells of them. */
  readonly jobs = new Map<string, StartedJob>();
  /** Those of them that are not known to have ended: what the host answered may be true no longer. */
  readonly goingOn = new Set<string>();
  readonly #options: LinkOptions;
  readonly #sessions: Sessions;

  constructor(options: LinkOptions) {
    this.name = options.name;
    this.beliefs = options.beliefs;
    this.#options = options;
    this.#sessions = new Sessions(options);
  }

  /** Exchanges with this host so far, whatever the number of questions in them. */
  get rounds(): number {
    return this.#sessions.rounds;
  }

  /** The home directory of an identity's user, once there is a session. */
  home(identity: Identity): string | undefined {
    return this.#sessions.home(identity);
  }

  /** A session of an identity, opened where there is none. */
  open(identity: Identity): Promise<Opened> {
    return this.#sessions.open(identity);
  }

  /** In a check: the task without whose foreseen change this failure may not be (a container, a user, a right to become one). */
  excused(identity: Identity, { reason }: SessionFailure): string | undefined {
    const because = this.#options.excuse?.(identity);
    return because ?? (reason === 'become' ? this.beliefs.uncertainBecauseOf(false) : undefined);
  }

  /** Log in anew for all that comes: only then is a user in the groups that it was put into. */
  async reset(): Promise<void> {
    this.beliefs.forget();
    await this.#sessions.reset();
  }

  /**
   * What is believed of the questions; those that nobody answered yet are asked, with those of `ahead`, in one round.
   * Without `foreseen`, what a check foresees does not count.
   */
  async ask(
    identity: Identity,
    questions: readonly AnyQuestion<unknown>[],
    ahead: () => Promise<readonly Ahead[]>,
    { foreseen = true, deadlineMs }: { foreseen?: boolean; deadlineMs?: number | undefined } = {},
  ): Promise<Asked> {
    const deadline = deadlineMs === undefined ? undefined : Date.now() + deadlineMs;
    const own = questions.map((question) => this.#placed(identity, question));
    // Another task may change the host while this one asks: what it was told is then forgotten, and asked again.
    for (;;) {
      const missing = own.flatMap((one) => missingOf(one, foreseen));
      // With a session the home of its user is known, so that more of what comes can be asked ahead.
      const asksHere = missing.some(({ link, question }) => link === this && !('controller' in question));
      const opened = asksHere ? await this.open(identity) : undefined;
      const closed = opened?.ok === false ? { link: this, key: identity.key, failure: opened.failure } : undefined;
      const limits = { foreseen, deadline, closed };
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

  /** What coming tasks ask; nothing more once they asked what was not answered. */
  #coming(ahead: () => Promise<readonly Ahead[]>): Promise<readonly Ahead[]> {
    return this.#asksAhead ? ahead() : Promise.resolve([]);
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
    return because === undefined ? failed : { is: 'unknown', because };
  }

  /** Do the commands in order, up to the first failure; forget what was known, and ask the questions in the same round. */
  async act(
    identity: Identity,
    commands: readonly Command[],
    options: {
      before: readonly Command[];
      onOutput: (stream: 'stdout' | 'stderr', text: string) => void;
      after: readonly AnyQuestion<unknown>[];
      ahead: () => Promise<readonly Ahead[]>;
      deadlineMs?: number;
      /** Neither the commands nor what they print are told. */
      censored?: boolean;
    },
  ): Promise<Acted> {
    const opened = await this.open(identity);
    if (!opened.ok) return opened;
    const done = [...options.before, ...commands];
    const cut = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    // From when the commands are done, what only coming tasks want to know must not keep this one.
    const startAheadWait = (): void => {
      if (coming.length > 0) timer = setTimeout(() => cut.abort(), aheadWaitMs);
    };
    const fed = await Promise.all(done.map((command) => this.#stdin(command, options.censored)));
    const bad = fed.find((one) => 'failure' in one);
    if (bad !== undefined && 'failure' in bad) return { ok: false, failure: bad.failure };
    const lines: { end(): void }[] = [];
    const parts = done.map(
      (command, index): Part => ({
        script: withEnvironment(identity, command),
        shown: options.censored === true ? untold : undefined,
        stdin: (fed[index] as { bytes?: Uint8Array }).bytes,
        needsPrevious: index > 0,
        deadlineMs: command.deadlineMs ?? options.deadlineMs,
        onReply: index === done.length - 1 ? startAheadWait : undefined,
        onOutput: command.long === true && options.censored !== true ? linesOf(options.onOutput, lines) : undefined,
      }),
    );
    // Asked ahead on the same shell only: another would look while the change is being made.
    const after = options.after.filter(
      (one): one is Question<unknown> => !('controller' in one) && one.host === undefined,
    );
    const coming = (await this.#coming(options.ahead)).filter(
      (one) => one.link === this && one.identity.key === identity.key && !isAskedInTurn(one.question),
    );
    const asked = [
      ...after,
      ...coming.map((one) => one.question).filter((one): one is Question<unknown> => !('controller' in one)),
    ];
    const asking = mergeQuestions(asked);
    this.#options.emit({ kind: 'host-busy', host: this.name, doing: 'changing' });
    const questions = asking.parts.map((part) => ({ ...part, script: withEnvironment(identity, part) }));
    const exchanged = await this.#sessions.exchange(opened.session, identity, [...parts, ...questions], {
      cut: cut.signal,
    });
    clearTimeout(timer);
    for (const one of lines) one.end();
    this.beliefs.forget();
    const late = !exchanged.ok && exchanged.failure.reason === 'late';
    if (!exchanged.ok && !late) return exchanged;
    if (late) this.#asksAhead = false;
    const replies = exchanged.ok ? exchanged.replies : (exchanged.failure.replies ?? []);
    const answers = asking.read(replies.slice(parts.length));
    if (exchanged.ok)
      for (const question of asked) this.beliefs.learn(question, identity.key, answers.get(question.key)!);
    const before = replies.slice(0, options.before.length);
    const wrong = before.find((reply) => reply.code !== 0);
    if (wrong !== undefined) return { ok: true, replies: [wrong] };
    return { ok: true, replies: replies.slice(options.before.length, parts.length) };
  }

  /** What a command prints, for another host to read. */
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
      'controller' in question || question.host === undefined ? undefined : this.#options.other(question.host);
    return { link: elsewhere?.link ?? this, identity: elsewhere?.identity ?? identity, question };
  }

  /** Ask on every host at once. Who cannot be asked is told, with why; the others' answers are learned all the same. */
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
        // Another try would be another wrong password, or as long a wait again.
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
   * Reading twice does no harm, so a connection that was lost while asking is opened again once. Where the questions of coming
   * tasks may be why no answer comes, the task at hand asks its own alone.
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
    const asking = mergeQuestions(questions);
    const parts = asking.parts.map((part) => ({ ...part, script: withEnvironment(identity, part) }));
    const cut = cutAfter(limits.deadline, coming.length > 0);
    const exchanged = await this.#sessions.exchange(opened.session, identity, parts, { counts: false, cut });
    if (exchanged.ok) {
      const answers = asking.read(exchanged.replies);
      for (const question of questions) this.beliefs.learn(question, identity.key, answers.get(question.key)!);
      return undefined;
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

  async #stdin(command: Command, censored?: boolean): Promise<{ bytes?: Uint8Array } | { failure: SessionFailure }> {
    const { stdin } = command;
    if (stdin === undefined) return {};
    if (typeof stdin === 'string') return { bytes: encodeText(stdin) };
    if (stdin instanceof Uint8Array) return { bytes: stdin };
    const from = this.#options.other(stdin.host);
    if (from === undefined)
      return { failure: { reason: 'unreachable', message: `${stdin.host} is not in the inventory` } };
    return from.link.output(from.identity, stdin.command, censored);
  }
}

/** What holds for a round. */
interface Limits {
  readonly foreseen: boolean;
  /** When the task at hand must have its answers. */
  readonly deadline: number | undefined;
  /** Of whom there is no session, and why: it was tried just now. */
  readonly closed: Unasked | undefined;
}

/** When to give an exchange up; with questions of coming tasks in it early enough to ask again without them. */
function cutAfter(deadline: number | undefined, withComing: boolean): AbortSignal | undefined {
  const left = deadline === undefined ? Number.POSITIVE_INFINITY : Math.max(1, deadline - Date.now());
  const ms = withComing ? Math.min(left / 2, aheadWaitMs) : left;
  return Number.isFinite(ms) ? AbortSignal.timeout(Math.ceil(ms)) : undefined;
}

/** What has to be asked so that a question is answered; nothing where that is believed already. */
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

function withEnvironment(
  { environment }: Identity,
  { script, ownLocale: own }: { readonly script: string; readonly ownLocale?: boolean },
): string {
  return `${own === true ? ownLocale : ''}${exporting(environment)}${script}`;
}
