import { formatOptions } from '../core/command-line.ts';
import { OUTPUT_FORMS } from '../report/forms/index.ts';
import { HELP, VERSION } from './command.ts';
import { runOptions } from './options.ts';
import { version } from './version.ts';

/** The output of `run --help`: how to run playbooks, and the other commands. */
export function overview(
  commands: readonly { readonly name: string; readonly summary: string; readonly usage: readonly string[] }[],
): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return `Retrace ${version}: carries out the steps of an install document on real servers, and reports where the servers have drifted from it.

usage: run PLAYBOOK... [options]
       run COMMAND [options]

  run playbooks/off1-proxy.yaml              bring the servers into the documented state
  run playbooks/off1-proxy.yaml --check      audit: what has drifted since?
  run playbooks/off1-proxy.yaml --tags ssl   repeat only the SSL steps

commands (\`run help COMMAND\` shows its usage):
${commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n')}

options:
${formatOptions({ ...runOptions, ...VERSION, ...HELP })}

report formats (--output):
${OUTPUT_FORMS.map((form) => `  ${form.name.padEnd(7)}${form.summary}`).join('\n')}

exit codes: 0 done (in a check: no drift), 1 error, 2 a task failed (in a check: drift), 3 a check could not determine everything, 4 a host is unreachable
`;
}
