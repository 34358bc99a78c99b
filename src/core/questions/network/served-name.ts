import { sh } from '../../command.ts';
import { type Question, type QuestionKind, question } from '../../question.ts';
import { decodeText } from '../../text-codec.ts';
import { type HttpRequest, httpScript } from './http.ts';

interface Arg {
  readonly request: HttpRequest;
  readonly dest: string;
}

const kind: QuestionKind<Arg, string | undefined> = {
  name: 'served name',
  scripts: (args) =>
    args.map(({ request, dest }) => {
      const { stdin, ...asking } = httpScript({ ...request, method: 'HEAD' });
      return {
        ...sh`[ -d ${dest} ] && command -v curl >/dev/null || exit 0
${asking}`,
        stdin,
        deadlineMs: request.timeout * 10_000 + 5_000,
      };
    }),
  read: (replies) => replies.map((reply) => ({ ok: true, value: nameInHeaders(decodeText(reply.stdout)) })),
  about: ({ dest }) => [`entry:${dest}`, 'path:/usr/bin/curl', 'data:/etc/resolv.conf', 'data:/etc/hosts'],
};

/**
 * Ask what file name a server suggests. That matters only if the destination is a directory; otherwise no request is
 * made.
 */
export const servedName = (request: HttpRequest, dest: string): Question<string | undefined> =>
  question(kind, { request, dest }, { beyond: true, secret: request.password !== undefined });

/** The file name in the last response's Content-Disposition, without any directory. */
export function nameInHeaders(headers: string): string | undefined {
  const last =
    headers
      .trim()
      .split(/\r?\n\r?\n/)
      .at(-1) ?? '';
  const [, field] = /^content-disposition:\s*attachment\s*;(.*)$/im.exec(last) ?? [];
  const [, quoted, bare] = /(?:^|;)\s*filename\s*=\s*(?:"([^"]*)"|([^;\s]+))/i.exec(field ?? '') ?? [];
  const name = (quoted ?? bare ?? '').split(/[/\\]/).at(-1) ?? '';
  return ['', '.', '..'].includes(name) || /[\0-\x1f\x7f]/.test(name) ? undefined : name;
}
