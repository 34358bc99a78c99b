import { version } from './version.ts';

// The only place that sets the exit code: everything else returns one. Commands load when they are called.
const argv = process.argv.slice(2);
const calledAs = (process.env['RETRACE_CALLED_AS'] ?? process.argv[1] ?? 'run')
  .replace(/^.*\//, '')
  .replace(/\.js$/, '');

// Nobody reads any more (`run doc | head`): what is under way goes on to its end, unseen.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

process.exitCode = await dispatch().catch(async (error: unknown) => {
  const { bugReport } = await import('./bug-report.ts');
  process.stderr.write(bugReport(error));
  return 250;
});

async function dispatch(): Promise<number> {
  if (argv[0] === '--version' && !calledAs.startsWith('ansible')) {
    process.stdout.write(`retrace ${version}\n`);
    return 0;
  }
  const { runCommand } = await import('./commands.ts');
  return runCommand(calledAs, argv);
}
