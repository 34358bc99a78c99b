import { type Question, type QuestionKind, question } from '../../question.ts';
import { decodeText } from '../../text-codec.ts';
import { onlyReply } from '../only-reply.ts';

/** A distribution may offer the package manager of another one, but its own is in charge. */
const SCRIPT = `set -- apt-get dnf dnf5 yum zypper pacman apk
[ ! -e /etc/redhat-release ] || set -- dnf dnf5 yum; [ ! -d /etc/zypp ] || [ -e /etc/debian_version ] || set -- zypper "$@"
for m; do command -v $m >/dev/null && { echo $m; break; }; done`;

const kind: QuestionKind<null, string> = {
  name: 'package-manager',
  scripts: () => [{ script: SCRIPT }],
  read: onlyReply((reply, args) =>
    args.map(() => ({ ok: true, value: decodeText(reply.stdout).trim().replace('apt-get', 'apt') })),
  ),
  about: () => [],
};

/** Ask which package manager is in charge of a host: `apt`, `dnf`, `dnf5`, `yum`, `zypper`, `pacman`, `apk`; empty if there is none. */
export const packageManager: Question<string> = question(kind, null);
