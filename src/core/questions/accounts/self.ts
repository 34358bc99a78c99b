import { type Question, type QuestionKind, question } from '../../question.ts';
import { decodeText } from '../../text-codec.ts';
import { onlyReply } from '../only-reply.ts';

/** The user who asks questions and runs commands on a host. */
export interface Self {
  readonly uid: number;
  readonly gid: number;
  readonly user: string | undefined;
  readonly group: string | undefined;
}

const kind: QuestionKind<null, Self> = {
  name: 'self',
  scripts: () => [{ script: 'id' }],
  read: onlyReply((reply) => {
    const match = /^uid=(\d+)(?:\(([^)]*)\))? gid=(\d+)(?:\(([^)]*)\))?/.exec(decodeText(reply.stdout));
    if (match === null) return [{ ok: false, why: decodeText(reply.stderr).trim() || 'id gave no reason' }];
    return [{ ok: true, value: { uid: Number(match[1]), gid: Number(match[3]), user: match[2], group: match[4] } }];
  }),
  about: () => [],
};

/** Ask who we are on the host. */
export const self = (): Question<Self> => question(kind, null);
