import { quote } from '../../command.ts';
import { type Question, type QuestionKind, question } from '../../question.ts';
import { decodeText } from '../../text-codec.ts';
import { tidyPath } from '../files/paths.ts';

/** A certificate managed by certbot (which calls it a lineage), found through its links in `live`. */
export interface Lineage {
  readonly name: string;
  /** The certificate and its chain; undefined if the link leads nowhere. */
  readonly chain: Uint8Array | undefined;
  /** Its private key, which stays in memory. */
  readonly key: Uint8Array | undefined;
}

const kind: QuestionKind<string, readonly Lineage[]> = {
  name: 'lineages',
  scripts: (paths) => paths.map((path) => ({ script: lineagesScript(path) })),
  read: (replies) =>
    replies.map((reply) => {
      if (reply.code !== 0) return { ok: false, why: decodeText(reply.stderr).trim() || `exit code ${reply.code}` };
      return { ok: true, value: readLineages(reply.stdout) };
    }),
  about: (path) => [`path:${tidyPath(path)}`],
};

/** The certificates in a certbot directory with their keys, by name; empty if there is no such directory. */
export const lineages = (
  path: string,
  options: { host?: string; beyond?: boolean } = {},
): Question<readonly Lineage[]> => question(kind, path, { ...options, secret: true });

// For each: its name, then the length and bytes of the chain and of the key, with `-` for a missing one; everything
// except the bytes ends in NUL.
const lineagesScript = (path: string): string => `export LC_ALL=C
cd -- ${quote(path)}/live 2>/dev/null || exit 0
for d in */; do
  [ -d "$d" ] || continue
  printf '%s\\0' "\${d%/}"
  for f in "./\${d}fullchain.pem" "./\${d}privkey.pem"; do
    if [ -f "$f" ]; then printf '%s\\0' "$(stat -L -c %s -- "$f")" && cat -- "$f" || exit; else printf '%s\\0' -; fi
  done
done`;

function readLineages(stdout: Buffer): readonly Lineage[] {
  const read: Lineage[] = [];
  for (let at = 0; at < stdout.length; ) {
    const name = word();
    const chain = bytes();
    read.push({ name, chain, key: bytes() });

    function word(): string {
      const end = stdout.indexOf(0, at);
      const text = decodeText(stdout.subarray(at, end));
      at = end + 1;
      return text;
    }
    function bytes(): Uint8Array | undefined {
      const length = word();
      if (length === '-') return undefined;
      at += Number(length);
      return stdout.subarray(at - Number(length), at);
    }
  }
  return read;
}
