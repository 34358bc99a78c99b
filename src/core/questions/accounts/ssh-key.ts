import { quote } from '../../command.ts';
import { type Question, type QuestionKind, question } from '../../question.ts';
import { decodeText } from '../../text-codec.ts';
import { entries } from '../files/paths.ts';
import { onlyReply } from '../only-reply.ts';

/** An ssh key pair on a host; we never read the private half. */
export interface SshKey {
  /** Why an existing private key cannot be used. */
  readonly broken: string | undefined;
  readonly exists: boolean;
  readonly size: number | undefined;
  /** As in `ssh-keygen -t`: rsa, dsa, ecdsa, ed25519. */
  readonly type: string | undefined;
  readonly fingerprint: string | undefined;
  /** `TYPE KEY`, derived from the private key. */
  readonly derived: string | undefined;
  /** The content of the public key file. */
  readonly published: string | undefined;
}

const kind: QuestionKind<string, SshKey> = {
  name: 'ssh key',
  scripts: (paths) => [{ script: paths.map(keyScript).join('\n') }],
  read: onlyReply((reply, paths) => {
    const words = decodeText(reply.stdout).split('\0').slice(0, -1);
    if (words.length !== paths.length * 5)
      return paths.map(() => ({ ok: false, why: decodeText(reply.stderr).trim() || 'ssh-keygen gave no reason' }));
    return paths.map((_, index) => ({ ok: true, value: readKey(words.slice(index * 5, index * 5 + 5)) }));
  }),
  about: (path) => entries(path, `${path}.pub`),
};

/** Ask for a key pair by the path of its private half. */
export const sshKey = (path: string): Question<SshKey> => question(kind, path);

const keyScript = (path: string): string => `k=${quote(path)}
if [ -e "$k" ]; then
  printf 'yes\\0'
  if d=$(ssh-keygen -y -P '' -f "$k" 2>&1 </dev/null); then printf '%s\\0\\0' "$d"; else printf '\\0%s\\0' "$d"; fi
  { [ -z "$d" ] || ssh-keygen -l -f "$k" 2>/dev/null </dev/null; }; printf '\\0'
else printf 'no\\0\\0\\0\\0'; fi
[ ! -f "$k.pub" ] || cat -- "$k.pub"; printf '\\0'`;

function readKey([exists, derived, broken, listed, published]: readonly string[]): SshKey {
  const [size, fingerprint] = (listed ?? '').split(' ');
  const type = /\(([^()]+)\)\s*$/.exec(listed ?? '')?.[1]?.toLowerCase();
  return {
    exists: exists === 'yes',
    broken: broken === '' ? undefined : broken?.trim(),
    size: size === undefined || size === '' ? undefined : Number(size),
    type,
    fingerprint,
    derived: derived === '' ? undefined : derived?.trim().split(/\s+/).slice(0, 2).join(' '),
    published: published === '' ? undefined : published?.trim(),
  };
}
