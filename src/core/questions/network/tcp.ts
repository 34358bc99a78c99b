import { quote } from '../../command.ts';
import { type Question, type QuestionKind, question } from '../../question.ts';
import { upTo } from '../../text/up-to.ts';
import { decodeText } from '../../text-codec.ts';

/** A port to connect to from the host. */
export interface TcpQuestion {
  readonly host: string;
  readonly port: number;
  readonly timeoutSeconds: number;
  /** How long to wait for what the server sends unprompted, up to 64 KiB. */
  readonly listenSeconds?: number;
}

/** The result of connecting. `refused`: rejected at once; `timeout`: no answer. */
export interface TcpAnswer {
  readonly is: 'open' | 'refused' | 'timeout' | 'unreachable' | 'name-not-found' | 'error';
  /** The system's error message. */
  readonly said: string;
  readonly heard: string;
}

const kind: QuestionKind<TcpQuestion, TcpAnswer> = {
  name: 'tcp',
  scripts: (args) =>
    args.map((arg) => ({
      script: knock(arg),
      deadlineMs: (arg.timeoutSeconds + (arg.listenSeconds ?? 0)) * 1000 + 10_000,
    })),
  read: (replies) =>
    replies.map(({ code, stdout, stderr }) => {
      if (code === 127) return { ok: false, why: noTool };
      const said = decodeText(stderr).trim();
      return {
        ok: true,
        value: { is: verdict(code, said), said: upTo(said, '\n'), heard: stdout.toString('latin1') },
      };
    }),
};

/** Try a TCP connection from the host. */
export const tcp = (arg: TcpQuestion): Question<TcpAnswer> => question(kind, arg, { beyond: true });

const noTool =
  'cannot test a TCP connection: this host has neither bash nor perl, nor an nc that can (Alpine: apk add netcat-openbsd; OpenWrt: opkg install netcat)';

/**
 * bash can connect by itself; otherwise use nc, otherwise perl, which Debian always has. A small BusyBox's nc has no `-z`,
 * but runs a program once it is connected.
 */
function knock({ host, port, timeoutSeconds, listenSeconds = 0 }: TcpQuestion): string {
  const target = `${quote(host)} ${quote(String(port))}`;
  const listen = listenSeconds > 0 ? `; timeout ${listenSeconds} cat <&3 | head -c 65536` : '';
  const totalSeconds = timeoutSeconds + listenSeconds;
  return `export LC_ALL=C
if command -v bash >/dev/null 2>&1; then timeout ${totalSeconds} bash -c 'exec 3<>"/dev/tcp/$0/$1"${listen}' ${target}
elif command -v nc >/dev/null 2>&1; then
  { e=$(timeout ${totalSeconds} nc -v ${listen === '' ? '-z' : ''} -w ${timeoutSeconds} ${target} </dev/null 2>&1 >&3); c=$?; } 3>&1
  case $e in *'invalid option'* | *'unrecognized option'*)
    e=$(timeout ${totalSeconds} nc -w ${timeoutSeconds} ${target} -e /bin/true </dev/null 2>&1); c=$?
    case $e in *'invalid option'* | *'unrecognized option'*) exit 127 ;; esac
    ${listen === '' ? '' : `[ $c != 0 ] || timeout ${listenSeconds} nc ${target} </dev/null | head -c 65536`} ;;
  esac
  printf '%s\\n' "$e" >&2; exit $c
elif command -v perl >/dev/null 2>&1; then timeout ${totalSeconds} perl -MIO::Socket::INET -e '${perl}' ${target} ${timeoutSeconds} ${listenSeconds}
else exit 127; fi`;
}

const perl =
  'my ($h, $p, $t, $l) = @ARGV; my $s = IO::Socket::INET->new(PeerAddr => $h, PeerPort => $p, Timeout => $t) or die "$@\\n";' +
  ' if ($l) { $SIG{ALRM} = sub { exit 0 }; alarm $l; $s->sysread(my $b, 65536); syswrite STDOUT, $b }';

function verdict(code: number, said: string): TcpAnswer['is'] {
  if (code === 0) return 'open';
  if (/refused/i.test(said)) return 'refused';
  if (/no route|unreachable/i.test(said)) return 'unreachable';
  if (/not known|temporary failure|bad hostname|resolv|no address|bad address/i.test(said)) return 'name-not-found';
  return code === 124 || /timed? ?out/i.test(said) ? 'timeout' : 'error';
}
