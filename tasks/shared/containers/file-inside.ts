import { type Question, type ShellAnswer, script, shellAnswer } from '../../../src/sdk.ts';
import { askEngine } from './ask-engine.ts';
import type { Engine } from './engine.ts';
import { engineObject } from './inspect.ts';

/** What is at a path in a container. */
export interface Inside {
  /** The path, after links if they are followed. */
  readonly path: string;
  /** The first letter of `ls -l`; undefined if there is nothing. */
  readonly kind: string | undefined;
  /** Permissions as in `rw-r--r--`. */
  readonly permissions: string;
  /** Numbers, as in `0/0`. */
  readonly owners: string;
  /** Checksum of a file. */
  readonly sum: string;
  /** Whether there is a directory for it. */
  readonly hasParent: boolean;
}

/** Asks what is at a path in a container, which need not run. */
export const askInside = (engine: Engine, container: string, path: string, follow: boolean): Question<ShellAnswer> =>
  askEngine(
    engine,
    script`p=${path}
_at() { _engine cp -- ${container}:"$1" - 2>/dev/null | tar --numeric-owner -tvf - 2>/dev/null | head -n 1; }
n=0
while :; do
  line=$(_at "$p")
  case $line in l*) ;; *) break ;; esac
  [ -n ${follow ? 'yes' : ''} ] && [ "$n" -lt 40 ] || break
  to=\${line##* -> }
  case $to in /*) p=$to ;; *) p=\${p%/*}/$to ;; esac
  n=$((n + 1))
done
printf '%s\n%s\n' "$p" "$line"
case $line in
  -*) _engine cp -- ${container}:"$p" - | tar -xOf - | sha256sum ;;
  '')
    # An engine that does not answer is a failure.
    _engine container inspect -- ${container} >/dev/null || exit
    d=\${p%/*}
    case $(_at "\${d:-/}") in d*) echo parent ;; esac ;;
esac`,
    { about: [engineObject('container', container)] },
  );

/** What is told about it. */
export function readInside({ stdout }: ShellAnswer): Inside {
  const [path = '', line = '', last = ''] = stdout.split('\n');
  const [, kind, permissions = '', owners = ''] = /^(.)(\S{9})\S*\s+(\d+\/\d+)/.exec(line) ?? [];
  return {
    path,
    kind,
    permissions,
    owners,
    sum: /^[0-9a-f]{64}/.exec(last)?.[0] ?? '',
    hasParent: kind !== undefined || last === 'parent',
  };
}

/** The answer about a file that will be there. */
export const fileInside = ({ path, permissions, owners, sum }: Omit<Inside, 'kind' | 'hasParent'>): ShellAnswer =>
  shellAnswer(`${path}\n-${permissions} ${owners}\n${sum}  -\n`);

/** Permissions as `ls -l` shows them. */
export const permissionText = (mode: number): string =>
  [6, 3, 0]
    .map((shift, index) => {
      const bits = (mode >> shift) & 7;
      const isSpecial = ((mode >> (11 - index)) & 1) === 1;
      // What is special: setuid, setgid and the sticky bit.
      const letters = isSpecial ? (['SST', 'sst'][bits & 1] ?? '') : '';
      const last = letters[index] ?? '-x'[bits & 1] ?? '';
      return `${'-r'[bits >> 2] ?? ''}${'-w'[(bits >> 1) & 1] ?? ''}${last}`;
    })
    .join('');
