import type { EventData } from '../../../src/core/event.ts';
import { type Question, type QuestionKind, question } from '../../../src/core/question.ts';
import type { Connector, SessionFailure } from '../../../src/core/session.ts';
import { Beliefs } from '../../../src/engine/host/beliefs.ts';
import { HostLink, type Place } from '../../../src/engine/host/host-link.ts';
import type { Identity } from '../../../src/engine/host/identity.ts';
import { type FakeReply, type FakeSession, fakeSession } from '../../session/fake-session.ts';

/** A kind of question answered from a table: the requested names are returned with a `!`. */
export const names: QuestionKind<string, string> = {
  name: 'names',
  scripts: (asked) => [{ script: `names ${asked.join(' ')}` }],
  read: ([reply], asked) => {
    const said = reply?.stdout.toString().split(' ') ?? [];
    return asked.map((_, index) => ({ ok: true, value: said[index] ?? '' }));
  },
  about: (name) => [`path:/${name}`],
};

/** Asks for a name. */
export const named = (
  name: string,
  options: { host?: string; beyond?: boolean; secret?: boolean } = {},
): Question<string> => question(names, name, options);

/** As root, with an empty environment. */
export const root: Identity = {
  endpoint: { name: 'h', connection: 'ssh', address: 'h', user: 'root' },
  environment: {},
  key: 'root',
};

/** A host simulated by a table, and a record of what was sent to it. */
export interface TableHost {
  readonly link: HostLink;
  /** The scripts of each exchange. */
  readonly asked: () => readonly (readonly string[])[];
  readonly events: readonly EventData[];
}

/** How the table answers a script. */
interface Table {
  readonly answers?: (script: string, stdin: string) => Partial<FakeReply>;
  /** The results of the first attempts to open a session, in order: a failure, or a session. */
  readonly failures?: readonly (SessionFailure | undefined)[];
  readonly other?: (host: string) => Place | undefined;
  readonly excuse?: (identity: Identity) => string | undefined;
  readonly name?: string;
}

const echo = (script: string): Partial<FakeReply> =>
  script.startsWith('names ')
    ? {
        stdout: script
          .slice(6)
          .split(' ')
          .map((one) => `${one}!`)
          .join(' '),
      }
    : {};

/** A link to a host that answers from a table. */
export function tableHost({
  answers = echo,
  failures = [],
  other = () => undefined,
  excuse,
  name = 'h',
}: Table = {}): TableHost {
  const waiting = [...failures];
  const events: EventData[] = [];
  const session: FakeSession = fakeSession(answers);
  const connector: Connector = {
    logins: 0,
    async open() {
      const failure = waiting.shift();
      return failure === undefined ? { ok: true, session } : { ok: false, failure };
    },
    start: async () => ({ ok: false, failure: { reason: 'unsupported', message: 'no programs are started here' } }),
    reset: async () => {},
    close: async () => {},
  };
  const link = new HostLink({
    name,
    connector,
    beliefs: new Beliefs({ changes: 0 }),
    emit: (event) => events.push(event),
    signal: new AbortController().signal,
    other,
    ...(excuse === undefined ? {} : { excuse }),
  });
  return { link, asked: () => session.asked, events };
}

/** Nothing is asked in advance. */
export const alone = async () => [];
