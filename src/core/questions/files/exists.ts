import { joined, type Script, script } from '../../command.ts';
import { must } from '../../must.ts';
import { NotForeseen } from '../../picture/picture.ts';
import { type Picture, type Question, type QuestionKind, question } from '../../question.ts';
import { upTo } from '../../text/up-to.ts';
import { decodeText } from '../../text-codec.ts';
import type { Subject } from '../../touches.ts';
import { onlyReply } from '../only-reply.ts';
import { entries } from './paths.ts';
import { entryAt, stat } from './stat.ts';

/** Whether any path matches a pattern; relative patterns start at `chdir`. */
interface ExistsQuestion {
  readonly pattern: string;
  readonly chdir?: string;
}

const kind: QuestionKind<ExistsQuestion, boolean> = {
  name: 'exists',
  scripts: (args) => [
    {
      script: `any() { for f do if [ -e "$f" ] || [ -L "$f" ]; then echo 1; return; fi; done; echo 0; }\n${args.map(one).join('\n')}`,
    },
  ],
  read: onlyReply((reply, args) => {
    const lines = decodeText(reply.stdout).split('\n');
    return args.map((_, index) => ({ ok: true, value: lines[index] === '1' }));
  }),
  about: (arg) => {
    const path = absolutePattern(arg);
    if (path === undefined) return 'everything';
    const fixed = upTo(path, /[*?[]/);
    return fixed === path ? entries(path) : [`path:${fixed}*` satisfies Subject];
  },
  foretell(arg, picture) {
    const path = fixedPath(arg);
    return path === undefined ? existsLike(arg, picture) : entryAt(picture, path).entry !== undefined;
  },
  alongside(arg) {
    const path = fixedPath(arg);
    return path === undefined ? [] : [stat(path) as Question<unknown>];
  },
};

/** The pattern as an absolute path; undefined if its directory is unknown. */
function absolutePattern({ pattern, chdir }: ExistsQuestion): string | undefined {
  if (pattern.startsWith('/')) return pattern;
  return chdir === undefined ? undefined : `${chdir}/${pattern}`;
}

/** The path in question, if the pattern has no wildcard and its directory is known. */
function fixedPath(arg: ExistsQuestion): string | undefined {
  const path = absolutePattern(arg);
  return path === undefined || /[*?[]/.test(path) ? undefined : path;
}

/** Whether a pattern with wildcards will match something: known only if no predicted change touches it. */
function existsLike(arg: ExistsQuestion, picture: Picture): boolean {
  const now = picture.now(question(kind, arg));
  const touched = picture.files.touchedBy(kind.about!(arg, now) as readonly Subject[]);
  if (touched !== undefined) throw new NotForeseen(touched);
  return now;
}

const one = ({ pattern, chdir }: ExistsQuestion): string =>
  (chdir === undefined
    ? script`any ${globbing(pattern)}`
    : script`(cd -- ${chdir} >/dev/null 2>&1 && any ${globbing(pattern)} || echo 0)`
  ).text;

/** A glob pattern for `sh`: wildcards stay active, everything else is quoted. */
const globbing = (pattern: string): Script =>
  joined(
    pattern
      .split(/([*?]|\[!?|\])/)
      .map((piece, index) => (index % 2 === 1 ? must(WILDCARDS[piece], `the wildcard ${piece}`) : fixed(piece))),
    script``,
  );

const WILDCARDS: Readonly<Record<string, Script>> = {
  '*': script`*`,
  '?': script`?`,
  '[': script`[`,
  '[!': script`[!`,
  ']': script`]`,
};

const fixed = (piece: string): Script => (piece === '' ? script`` : script`${piece}`);

/** Ask whether any path matches a pattern; a dangling link counts. */
export const exists = (pattern: string, chdir?: string): Question<boolean> => question(kind, { pattern, chdir });
