import {
  type Command,
  decodeText,
  exporting,
  type Params,
  type Question,
  type QuestionKind,
  question,
  type Reply,
  type Script,
  type ShellText,
  type Subject,
  script,
  sh,
  type TaskContext,
} from '../../../src/sdk.ts';
import { missingTool } from '../commands/unanswered.ts';

/** The parameter with which types for RabbitMQ say which node they mean. */
export const rabbitParams = {
  node: { type: 'str', doc: "The Erlang node to manage (default: the host's own)." },
} as const;

/** How RabbitMQ's programs are called: plain data. */
export interface Rabbit {
  readonly node: string | undefined;
  /** Where RabbitMQ is installed, if its programs are not in PATH. */
  readonly prefix?: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

/** The node that a task means. */
export const rabbitOf = ({ node }: Params<typeof rabbitParams>, { environment }: TaskContext): Rabbit => ({
  node,
  environment,
});

/** Programs that come with RabbitMQ. */
type Program = 'rabbitmq-plugins' | 'rabbitmq-upgrade' | 'rabbitmqctl';

/** The start of a script in which `_rabbit` is one of RabbitMQ's programs. */
function calling({ node, prefix, environment }: Rabbit, program: Program): Script {
  const path = prefix === undefined ? program : `${prefix.replace(/\/+$/, '')}/sbin/${program}`;
  // Names are decoded and told as UTF-8 only in such a locale.
  return script`${exporting(environment)}export LC_ALL=C.UTF-8
cd /
command -v ${path} >/dev/null || exit 127
_direct=${`/usr/lib/rabbitmq/bin/${program}`}
_rabbit() {
  set -- ${node === undefined ? [] : ['-n', node]} "$@"
  # Where RabbitMQ's wrapper becomes the user rabbitmq, the shell that it starts expands what is in arguments.
  if [ ${path} = ${program} ] && [ -x "$_direct" ] && [ "$(id -u)" = 0 ] && [ ${program} != rabbitmq-plugins ]; then
    su -s /bin/sh -c 'exec "$0" -q "$@"' -- rabbitmq "$_direct" "$@"
  else
    ${path} -q "$@"
  fi
}
`;
}

interface RabbitCall {
  readonly text: ShellText;
  readonly about: readonly Subject[];
}

const kind: QuestionKind<RabbitCall, unknown> = {
  name: 'rabbitmqctl',
  // Each call starts Erlang's virtual machine.
  costly: true,
  scripts: (all) => all.map(({ text }) => ({ script: text, deadlineMs: 120_000 })),
  read: (replies) => replies.map(readReply),
  about: ({ about }, answer) => (answer === undefined ? [...about, ...SERVER] : about),
};

const SERVER = ['package:*', 'unit:rabbitmq*', 'path:/etc/rabbitmq', 'hostname:'].map((subject) => `by:${subject}`);

function readReply({ code, stdout, stderr }: Reply) {
  const said = `${decodeText(stdout)}\n${decodeText(stderr)}`;
  if (code === 0) return { ok: true, value: JSON.parse(decodeText(stdout) || 'null') as unknown } as const;
  if (code === 127)
    return { ok: false, why: missingTool({ name: 'rabbitmqctl', package: 'rabbitmq-server' }) } as const;
  return { ok: false, why: rabbitComplaint(said, code) } as const;
}

/** What RabbitMQ's programs say first if they fail: they go on with advice. */
const rabbitComplaint = (said: string, code: number): string => {
  const [first = ''] = said
    .replace(/^\s*Error:[ \t]*\n?/m, '')
    .trim()
    .replace(/Please see diagnostics.*/s, '')
    .split('\n\n');
  return first.trim() || `rabbitmqctl ended with exit code ${code}`;
};

/** Asks RabbitMQ: the answer is parsed JSON. `filter` makes JSON of the output. */
export const askRabbit = (
  rabbit: Rabbit,
  words: readonly string[],
  about: readonly string[],
  {
    program = 'rabbitmqctl',
    filter = script`cat`,
    secret = false,
  }: { readonly program?: Program; readonly filter?: Script; readonly secret?: boolean } = {},
): Question<unknown> =>
  question(
    kind,
    {
      // Its output is told if it fails.
      text: script`${calling(rabbit, program)}
out=$(_rabbit ${words} </dev/null) || { r=$?; printf '%s\n' "$out" >&2; exit "$r"; }
printf '%s\n' "$out" | ${filter}`.text,
      about: about.map((name) => `broker:rabbitmq/${name}`),
    },
    { secret },
  );

/** Calls one of RabbitMQ's programs. */
export const callRabbit = (
  rabbit: Rabbit,
  words: readonly string[],
  { program = 'rabbitmqctl', stdin }: { readonly program?: Program; readonly stdin?: string | undefined } = {},
): Command => ({
  ...sh`${calling(rabbit, program)}
out=$(_rabbit ${words}${stdin === undefined ? script` </dev/null` : script``} 2>&1) || { r=$?; printf '%s\n' "$out" | sed '/^Error:$/d; /^$/,$d' >&2; exit "$r"; }`,
  ...(stdin !== undefined && { stdin }),
  shown: `${program} ${words.join(' ')}`,
  long: true,
});
