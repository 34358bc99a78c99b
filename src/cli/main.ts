import { version } from './version.ts';

// The only place that ends the process: everything else returns exit codes. Commands load when they are called.
const [first, ...others] = process.argv.slice(2);
const calledAs = (process.env['RETRACE_CALLED_AS'] ?? process.argv[1] ?? 'run').replace(/^.*\//, '');

process.exitCode = await dispatch().catch(async (error: unknown) => {
  const { bugReport } = await import('./bug-report.ts');
  process.stderr.write(bugReport(error));
  return 250;
});

async function dispatch(): Promise<number> {
  if (first === '--version' && calledAs === 'run') {
    process.stdout.write(`retrace ${version}\n`);
    return 0;
  }
  const { runCommand } = await import('./commands.ts');
  return runCommand(calledAs, first, others, process.argv.slice(2));
}
