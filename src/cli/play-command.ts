import { existsSync, readFileSync } from 'node:fs';
import type { Event, Happening } from '../core/event.ts';
import { Secrets } from '../core/secrets.ts';
import type { Diagnostic } from '../core/source.ts';
import { suggest } from '../core/suggest.ts';
import { runPlaybooks } from '../engine/run.ts';
import { formatDiagnostic } from '../language/yaml/index.ts';
import { createChalk, createReporter } from '../report/index.ts';
import { createConnector } from '../session/index.ts';
import { interruptible } from './interrupt.ts';
import { loadAll } from './load-all.ts';
import { type Parsed, parseOptions, runOptions } from './options.ts';
import { version } from './version.ts';

/** Run playbooks, check them, or list what they have. Returns the exit code. */
export async function playCommand(argv: readonly string[], help: () => string): Promise<number> {
  const read = parseOptions(runOptions, argv, suggest);
  if (!read.ok) return usageError(read.mistakes);
  const { parsed } = read;
  if (parsed.flags.has('help')) return print(help());
  if (parsed.flags.has('version')) return print(`retrace ${version}\n`);
  if (parsed.rest.length === 0) return usageError(['no playbook was given']);
  if (parsed.flags.has('lab')) {
    const { insideLab, isInsideLab, labUp } = await import('../lab/index.ts');
    if (!isInsideLab()) {
      await labUp();
      return (await insideLab(process.argv.slice(2))) ?? 1;
    }
  }
  return play(parsed);
}

const print = (text: string): number => {
  process.stdout.write(text);
  return 0;
};

function usageError(mistakes: readonly string[]): number {
  process.stderr.write(
    `${mistakes.map((mistake) => `run: ${mistake}\n`).join('')}run: \`run --help\` tells how to call it\n`,
  );
  return 1;
}

async function play(parsed: Parsed): Promise<number> {
  const chalk = createChalk(process.stdout, process.env);
  const sources = new Map<string, string>();
  const show = (diagnostic: Diagnostic): string =>
    formatDiagnostic(diagnostic, (file) => readText(file, sources), { colour: chalk.level > 0 });
  const secrets = new Secrets();
  const interrupt = interruptible((text) => process.stderr.write(text));
  const connector = createConnector({ env: process.env });
  const report = await createReporter({
    form: formOf(parsed),
    stdout: process.stdout,
    chalk,
    verbosity: verbosityOf(parsed),
    formatDiagnostic: show,
  });
  const emit = (event: Happening): void => report({ time: Date.now(), ...secrets.mask(event) } as Event);
  try {
    const loaded = await loadAll(parsed, { secrets, emit, connector, signal: interrupt.signal, version });
    if (!loaded.ok) {
      for (const diagnostic of loaded.error) process.stderr.write(`${secrets.mask(show(diagnostic))}\n`);
      return 1;
    }
    for (const diagnostic of loaded.warnings ?? [])
      process.stderr.write(`${chalk.magenta('[WARNING]:')} ${secrets.mask(show(diagnostic))}\n`);
    const { listing, context, playbooks } = loaded.value;
    if (listing !== undefined) return print(listing);
    const { exitCode } = await runPlaybooks(context, playbooks, version);
    return exitCode;
  } finally {
    await connector.close();
    interrupt.end();
  }
}

export function verbosityOf(parsed: Parsed): number {
  return parsed.flags.get('verbose') ?? 0;
}

/** As asked for; else the live view on a terminal, and lines elsewhere. */
function formOf(parsed: Parsed): 'live' | 'plain' | 'json' {
  const asked = parsed.values.get('output')?.at(-1);
  if (asked === 'live' || asked === 'plain' || asked === 'json') return asked;
  return process.stdout.isTTY === true && process.env['TERM'] !== 'dumb' && !parsed.flags.has('step')
    ? 'live'
    : 'plain';
}

function readText(file: string, known: Map<string, string>): string | undefined {
  const text = known.get(file);
  if (text !== undefined) return text;
  if (!existsSync(file)) return undefined;
  const read = readFileSync(file, 'utf8');
  known.set(file, read);
  return read;
}
