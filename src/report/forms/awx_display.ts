import type { ReportForm } from '../form.ts';
import { createReporter } from '../index.ts';
import { mergedIncludes } from '../merged-includes.ts';
import { ansible, ansibleLines } from './ansible.ts';

/** For ansible-runner, and all that runs on it, such as AWX: Ansible's lines, and between them marks that name events. */
export const awxDisplay = {
  name: 'awx_display',
  summary: "Ansible's lines with the events of ansible-runner",
  forPeople: false,
  create: async (options) => {
    const [{ eventFolder, markedText, runnerSettings }, { runnerReporter }] = await Promise.all([
      import('../runner/job-events.ts'),
      import('../runner/reporter.ts'),
    ]);
    const settings = runnerSettings(options.env);
    if (settings === undefined) return createReporter(ansible, options);
    const drop = eventFolder(settings);
    let text = '';
    const { columns, rows } = options.stdout;
    const taking = { write: (piece: string) => (text += piece), ...(columns !== undefined && { columns, rows }) };
    const reporter = runnerReporter({
      lines: await createReporter(ansibleLines, { ...options, stdout: taking }),
      taken: () => {
        const piece = text;
        text = '';
        return piece;
      },
      tell: (event, of) => {
        drop(event);
        options.stdout.write(markedText(event.uuid, of));
      },
      cwd: options.cwd,
    });
    return mergedIncludes(reporter, options.cwd);
  },
} as const satisfies ReportForm;
