import { userInfo } from 'node:os';
import { groupBy } from '../../core/group-by.ts';
import { wholeOf } from '../../core/local-content.ts';
import type { Connector, Endpoint, Exchanged, Greeting, Part, Reply, Session } from '../../core/session.ts';
import { connectionOf } from '../connections/index.ts';
import type { HostReplies } from './answers.ts';
import { questionId } from './question-id.ts';

/** Where the answers are, and whom to ask for more. */
interface ByFile {
  /** Those given earlier first. */
  readonly answers: readonly HostReplies[];
  /** The host whose further questions are wanted; others without answers have not been asked. */
  readonly host?: string;
  /** For shells on this machine, which need no connection. */
  readonly here: Connector;
  /** Whether a text holds a secret, so that it must not be in a script. */
  readonly isSecret: (text: string) => boolean;
}

/** A connector that sends nothing, and what it could not answer. */
export interface ByFileConnector extends Connector {
  /** The questions without an answer to the wanted host, by user and ID. */
  readonly missing: ReadonlyMap<string, ReadonlyMap<string, Part>>;
  /** How many of its questions hold a secret. */
  readonly withheld: number;
  /** Other hosts that were to be asked. */
  readonly others: ReadonlySet<string>;
}

const noReply: Reply = { code: -1, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), unasked: true };

/** HostReplies from files. What they do not hold has no reply; commands are never run. */
export function byFileConnector({ answers, host, here, isSecret }: ByFile): ByFileConnector {
  const missing = new Map<string, Map<string, Part>>();
  const withheld = new Set<string>();
  const others = new Set<string>();
  const of = new Map(groupBy(answers, (one) => one.host));

  const reply = (name: string, user: string, part: Part): Reply => {
    const id = questionId(user, part);
    const known = of
      .get(name)
      ?.findLast(({ replies }) => replies.has(id))
      ?.replies.get(id);
    if (known !== undefined || name !== host) return known ?? noReply;
    if (part.shown !== undefined || isSecret(part.script) || isSecret(textOf(part))) withheld.add(id);
    else missing.set(user, (missing.get(user) ?? new Map<string, Part>()).set(id, part));
    return noReply;
  };

  const sessionOf = (name: string, user: string): Session => ({
    greeting:
      of
        .get(name)
        ?.findLast(({ users }) => users.has(user))
        ?.users.get(user) ?? assumed(user),
    traffic: { exchanges: 0, bytesSent: 0, bytesReceived: 0 },
    exchange: async (parts): Promise<Exchanged> =>
      parts.some(({ chained }) => chained === true)
        ? { ok: false, failure: { reason: 'unasked', message: 'a command, which a script of questions does not run' } }
        : { ok: true, replies: parts.map((part) => reply(name, user, part)) },
    close: async () => {},
  });

  return {
    missing,
    others,
    get withheld() {
      return withheld.size;
    },
    async open(endpoint, signal) {
      const { name } = endpoint;
      if (of.has(name) || name === host) return { ok: true, session: sessionOf(name, userOf(endpoint)) };
      if (endpoint.connection === 'local') return here.open(endpoint, signal);
      others.add(name);
      const message = `${name}: there are no answers of this host`;
      const hint = `\`run questions PLAYBOOK --host ${name}\` prints a script that asks for them`;
      // Where a host's questions are wanted, others only stand aside.
      return { ok: false, failure: { reason: host === undefined ? 'unreachable' : 'unasked', message, hint } };
    },
    start: async ({ name }) => ({
      ok: false,
      failure: { reason: 'unsupported', message: `${name}: no programs by file` },
    }),
    reset: async () => {},
    logins: 0,
    close: () => here.close(),
  };
}

const textOf = ({ stdin }: Part): string => (stdin === undefined ? '' : Buffer.from(wholeOf(stdin)).toString('utf8'));

/** The user whose eyes see what an endpoint would. */
function userOf({ become, user, connection }: Endpoint): string {
  if (become !== undefined) return become.user;
  return user ?? (connectionOf(connection).kind === 'login' ? userInfo().username : 'root');
}

/** Until a host has told. */
const assumed = (user: string): Greeting => ({
  user,
  uid: user === 'root' ? 0 : 1000,
  home: user === 'root' ? '/root' : `/home/${user}`,
});
