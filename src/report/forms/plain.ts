import type { Reporter } from '../../core/event.ts';
import type { ReportForm, ReportOptions } from '../form.ts';

/** Creates a reporter that writes lines from top to bottom. The live view also uses it for the lines above its own. */
export async function plainLines(
  { stdout, verbosity, chalk, hides, atOnce, customStats, formatDiagnostic }: ReportOptions,
  { ansible = false, asItRuns = false }: { readonly ansible?: boolean; readonly asItRuns?: boolean } = {},
): Promise<(write: (text: string) => void) => Reporter> {
  const { plainReporter } = await import('../plain-reporter.ts');
  return (write) =>
    plainReporter({
      write,
      chalk,
      verbosity,
      columns: stdout.columns || 79, // a terminal may report 0 when it does not know its width
      ansible,
      asItRuns,
      ...(hides !== undefined && { hides }),
      ...(atOnce !== undefined && { atOnce }),
      ...(customStats !== undefined && { customStats }),
      formatDiagnostic,
    });
}

/** For people, and for logs, which are not to be silent while a long command runs. */
export const plainForm = {
  name: 'plain',
  summary: "lines like Ansible's",
  forPeople: true,
  create: async (options) => (await plainLines(options, { asItRuns: true }))((text) => void options.stdout.write(text)),
} as const satisfies ReportForm;
