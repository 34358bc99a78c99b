import { type Command, ControllerError, defineTask, script, sh, splitWords, writtenScript } from '../src/sdk.ts';
import {
  askGuards,
  commandResult,
  commandReturns,
  guards,
  inFolder,
  notNeeded,
  planCommand,
} from './shared/commands/run-command.ts';

export default defineTask({
  name: 'ansible.builtin.script',
  summary: 'Copy a script from the controller to the host and run it.',
  neverAsync: true,
  description:
    'The script is sent on stdin, saved in a directory that only the user running it can read, run with the interpreter in its #! line, and then removed.',
  freeForm: 'cmd',
  acts: true,
  params: {
    cmd: {
      type: 'str',
      required: true,
      aliases: ['_raw_params', 'free_form'],
      doc: 'The script, which is searched for in `files`, followed by its arguments.',
    },
    ...guards,
    executable: { type: 'str', doc: 'The interpreter to run the script with, instead of the one in its #! line.' },
    decrypt: { type: 'bool', default: true, doc: 'Decrypt the script if it is encrypted with Ansible Vault.' },
  },
  prepare(params, controller) {
    const name = splitWords(params.cmd)?.[0];
    if (name === undefined) throw new ControllerError(`no script given in: ${params.cmd}`);
    const found = controller.find('files', name);
    if (!found.ok)
      throw new ControllerError(`Could not find or access '${name}'; searched in: ${found.searched.join(', ')}`);
    return {
      ...params,
      content: controller.readFile(found.path, { decrypt: params.decrypt }),
      words: params.cmd.slice(argumentsAt(params.cmd)),
    };
  },
  ask: (params, context) => askGuards(params, context),
  plan(state, params) {
    // Ansible reports this as skipped, unlike with command and shell.
    if (state.creates === true) return skipped(`${params.creates} exists, matching creates option`);
    if (state.removes === false) return skipped(`${params.removes} does not exist, matching removes option`);
    const reason = notNeeded(state, params);
    if (reason !== undefined) return skipped(reason.msg);
    return planCommand(state, params, params.cmd, {
      ...runUploaded(params.words, params.executable, params.chdir),
      stdin: params.content,
      shown: params.cmd,
    });
  },
  result: (done) => {
    const { start, end, delta, cmd, msg, ...result } = commandResult(done, done.params.cmd, false);
    return msg === '' ? result : { ...result, msg };
  },
  returns: commandReturns,
  examples: [
    {
      title: 'Run a script with an argument',
      yaml: 'script: install.sh --quiet\nargs:\n  creates: /opt/thing',
      runs: { no: 'needs a file next to the playbook' },
    },
  ],
});

const skipped = (msg: string) => ({ changes: [], skipped: msg });

/** The position where the arguments begin. The shell parses them as they were written. */
function argumentsAt(cmd: string): number {
  for (let end = 1; end <= cmd.length; end++)
    if ((end === cmd.length || /\s/.test(cmd.charAt(end))) && splitWords(cmd.slice(0, end))?.length === 1) return end;
  return cmd.length;
}

// If /tmp is mounted with noexec, use a directory that allows execution.
const elsewhere = script`if [ ! -x "$folder/script" ]; then
  for base in /var/tmp "$HOME" /run /var/lib; do
    other=$(mktemp -d -- "$base/retrace.XXXXXX" 2>/dev/null) || continue
    if cp -- "$folder/script" "$other/script" && [ -x "$other/script" ]; then rm -rf -- "$folder"; folder=$other; break; fi
    rm -rf -- "$other"
  done
  [ -x "$folder/script" ] || { echo "programs cannot be executed in $(dirname -- "$folder") (noexec), /var/tmp, $HOME, /run and /var/lib: specify an interpreter (executable: /bin/sh)" >&2; exit 126; }
fi
`;

const runUploaded = (words: string, executable: string | undefined, chdir: string | undefined): Command => sh`umask 077
folder=$(mktemp -d) || exit
trap 'rm -rf -- "$folder"' EXIT
trap 'exit 130' HUP INT TERM
cat > "$folder/script" && chmod 700 "$folder/script" || exit
${executable === undefined ? elsewhere : script``}umask 022
${inFolder(chdir)}${executable === undefined ? script`` : script`${writtenScript(executable)} `}"$folder/script"${writtenScript(words)} </dev/null`;
