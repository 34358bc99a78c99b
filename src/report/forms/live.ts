import type { ReportForm } from '../form.ts';
import { plainLines } from './plain.ts';

/** For people at a terminal. The drawing code is loaded only when needed. */
export const live = {
  name: 'live',
  summary: "the same lines as plain, with each host's current activity below them",
  forPeople: true,
  create: async (options) => {
    const { stdout, chalk } = options;
    const { liveReporter } = await import('../live-reporter.ts');
    const size = () => ({ rows: stdout.rows || 24, columns: stdout.columns || 80 });
    return liveReporter({ write: (text) => void stdout.write(text), chalk, size }, await plainLines(options));
  },
} as const satisfies ReportForm;
