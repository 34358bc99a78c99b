import { formatOptions } from '../core/command-line.ts';
import { OUTPUT_FORMS } from '../report/forms/index.ts';
import { HELP, VERSION } from './command.ts';
import { runOptions } from './options.ts';
import { version } from './version.ts';

/** What `run --help` prints: how to run playbooks, and the other commands. */
export function overview(
  commands: readonly { readonly name: string; readonly summary: string; readonly usage: readonly string[] }[],
): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return `Retrace ${version}: retraces the steps of an install document on real servers, and reports where they have strayed from it since.

usage: run PLAYBOOK... [options]
       run COMMAND [options]

  run playbooks/off1-proxy.yaml              bring the servers to what the document describes
  run playbooks/off1-proxy.yaml --check      audit: what has drifted since?
  run playbooks/off1-proxy.yaml --tags ssl   only the SSL steps again

commands (\`run help COMMAND\` shows how to call one):
${commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n')}

options:
${formatOptions({ ...runOptions, ...VERSION, ...HELP })}

forms of a report (--output):
${OUTPUT_FORMS.map((form) => `  ${form.name.padEnd(7)}${form.summary}`).join('\n')}

exit codes: 0 done (a check: in order), 1 error, 2 a task failed (a check: drift), 3 a check knows too little, 4 unreachable
`;
}
