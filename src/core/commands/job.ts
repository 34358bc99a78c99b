import { type Command, joined, reading, type Script, script, sh } from '../command.ts';
import { encodeText } from '../text-codec.ts';

/**
 * Start a background job on the host: the commands run one after the other, stop at the first failure, and the whole
 * job is killed after this many seconds. `file` and others next to it record the outcome, and are readable only by the
 * job's user; `job` reads them.
 */
export function startJob(file: string, commands: readonly Command[], seconds: number): Command {
  const inputs = commands.map(({ stdin }) => bytesOf(stdin as Uint8Array | string | undefined));
  const body = joined(
    commands.map(step),
    script`
`,
  ).text;
  const take = inputs.map((input, index) => script`head -c ${input.length} >"$j.in"${index}`);
  // The script is a file, not an argument, because everybody can see a process's arguments.
  const start = sh`umask 077; j=${file}; mkdir -p "$(dirname "$j")" || exit 1
printf '%s\n' ${body} >"$j.sh"; s=; command -v setsid >/dev/null && s=setsid; echo running >"$j"`;
  const rest = sh`$s sh -c ${goOn} sh "$j" ${seconds} </dev/null >/dev/null 2>&1 &`;
  return {
    ...reading(
      sh`${start}
${joined(take, script`; `)}
${rest}`,
      Buffer.concat(inputs),
    ),
    shown: `start ${commands.map(({ shown, script }) => shown ?? script).join('; ')}`,
  };
}

/** One command of a job, with its output and exit code saved separately. */
const step = (command: Command, index: number): Script => {
  const accepted = joined(
    (command.accepts ?? [0]).map((code) => script`${code}`),
    script`|`,
  );
  return script`(
${command}
) <"$1.in"${index} >"$1.out"${index} 2>"$1.err"${index}; c=$?; echo $c >"$1.rc"${index}; case $c in ${accepted}) ;; *) exit $c;; esac`;
};

const goOn =
  'b=$(date +%s.%N); timeout -k 10 "$2" sh "$1.sh" "$1"; echo "done $? $b $(date +%s.%N)" >"$1.tmp"; rm -f "$1".in* "$1.sh"; mv "$1.tmp" "$1"';

/**
 * Whether commands can run as a job: not if one of them gets its stdin from another host, since only we can transfer
 * it.
 */
export const canBeJob = (commands: readonly Command[]): boolean =>
  commands.every(({ stdin }) => stdin === undefined || typeof stdin === 'string' || stdin instanceof Uint8Array);

/** Delete a job's files. */
export const forgetJob = (file: string): Command => ({
  ...sh`rm -f ${file} ${file}.*`,
  shown: `delete the files of job ${file}`,
});

const bytesOf = (stdin: Uint8Array | string = ''): Buffer =>
  typeof stdin === 'string' ? encodeText(stdin) : Buffer.from(stdin);
