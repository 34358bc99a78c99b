import { existsSync } from 'node:fs';
import type { Event, EventData, Reporter, Status } from '../core/event.ts';
import { maskEvent, Secrets } from '../core/secrets.ts';
import type { Diagnostic } from '../core/source.ts';
import { visible, visibleIn } from '../core/visible.ts';
import { createFiles } from '../language/files.ts';
import { formatDiagnostic } from '../language/format-diagnostic.ts';
import { isEnvelope } from '../language/vault/envelope.ts';
import { jsonReporter } from '../report/forms/json.ts';
import { ansibleError, createChalk, createReporter } from '../report/index.ts';
import type { CallIo } from './command.ts';
import type { Face } from './face.ts';
import { formOf } from './form-of.ts';
import { interruptible } from './interrupt.ts';
import { lazyConnector } from './lazy-connector.ts';
import { listingOf, lists } from './listings.ts';
import { loadAll, readConfig } from './load-all.ts';
import { missingPlaybooks } from './missing-playbooks.ts';
import type { Parsed } from './options.ts';
import { endPrompts } from './prompt.ts';
import { verbosityOf } from './run-options.ts';
import { version } from './version.ts';

/** Run playbooks, check them, or list what they have. Returns the exit code. */
export async function playCommand(parsed: Parsed, io: CallIo): Promise<number> {
  const { face, commands } = io;
  const absent = face.ansible
    ? []
    : missingPlaybooks(
        parsed.rest,
        commands.map(({ name }) => name),
      );
  if (absent.length > 0) return io.refuse(absent);
  if (parsed.options.lab) {
    const { insideLab, isInsideLab, labCommand } = await import('../lab/index.ts');
    if (!isInsideLab()) {
      // What the lab is doing goes to stderr: stdout is the run's.
      const aside = { stdout: process.stderr, stderr: process.stderr, isTTY: process.stderr.isTTY === true };
      // What would be told after minutes of building can be told before.
      const missing = [...parsed.rest, ...(parsed.options.inventory ?? [])].filter(isMissing);
      if (missing.length > 0) return io.refuse(missing.map((file) => `the file ${file} does not exist`));
      const code = await labCommand(['up'], aside);
      return code === 0 ? ((await insideLab(process.argv.slice(2))) ?? 1) : code;
    }
  }
  return play(parsed, face);
}

/** Whether this names a file that is not there; `a,b` and `h,` are lists of hosts. */
const isMissing = (path: string): boolean => !path.includes(',') && !existsSync(path);

const print = (text: string): number => {
  process.stdout.write(text);
  return 0;
};

/** Run what the command line names, or the playbooks whose texts are given. */
export async function play(parsed: Parsed, face: Face, texts: Readonly<Record<string, string>> = {}): Promise<number> {
  const { config, warnings, origins } = readConfig();
  const chalk = createChalk(process.stdout, process.env);
  const sources = createFiles();
  const show = (diagnostic: Diagnostic): string =>
    formatDiagnostic(diagnostic, (file) => readable(sources.readText(file)), { colour: chalk.level > 0 });
  const secrets = new Secrets();
  const tell = (diagnostics: readonly Diagnostic[]): void => {
    for (const diagnostic of diagnostics) {
      const said = secrets.mask(show(diagnostic));
      process.stderr.write(
        diagnostic.severity === 'error'
          ? `${face.ansible ? secrets.mask(ansibleError(visibleIn(diagnostic), show)) : said}\n`
          : `${chalk.magenta('[WARNING]:')} ${said}\n`,
      );
    }
  };
  const interrupt = interruptible((text) => process.stderr.write(text));
  const connector = lazyConnector(process.env);
  const terminal = { isTTY: process.stdout.isTTY === true, term: process.env['TERM'] };
  const report = await createReporter(formOf(parsed.options, face, terminal), {
    stdout: process.stdout,
    chalk,
    verbosity: verbosityOf(parsed, config),
    hides: new Set<Status>([
      ...(config.displaySkippedHosts ? [] : ['skipped' as const]),
      ...(config.displayOkHosts ? [] : ['ok' as const]),
    ]),
    atOnce: parsed.options.step,
    formatDiagnostic: show,
  });
  const watchers = [report, ...(await recorder(process.env['RETRACE_EVENTS']))];
  if (parsed.options.lab)
    watchers.push((await import('../lab/index.ts')).labOperator((text) => process.stderr.write(`lab: ${text}\n`)));
  const emit = (happening: EventData): void => {
    const event = { time: Date.now(), ...maskEvent(happening, secrets) } as Event;
    for (const watch of watchers) watch(event);
  };
  try {
    tell(warnings);
    const loaded = await loadAll({
      parsed,
      face,
      texts,
      config,
      origins,
      secrets,
      emit,
      connector,
      signal: interrupt.signal,
    });
    if (!loaded.ok) {
      tell(loaded.error);
      return 1;
    }
    tell(loaded.warnings ?? []);
    // Ansible finds these only when it comes to them, and what it never comes to does not matter to it.
    const syntax = parsed.options['syntax-check'] ? ('syntax' as const) : undefined;
    const only = lists(parsed) ? ('listing' as const) : syntax;
    const mistakes = face.ansible ? [] : (await import('./preflight.ts')).preflight(loaded.value, { only });
    tell(mistakes);
    if (mistakes.some((mistake) => mistake.severity === 'error')) return 1;
    const listing = listingOf(parsed, loaded.value);
    if (listing !== undefined) return print(`${visible(listing)}\n`);
    if (parsed.options['syntax-check']) {
      const open = face.ansible ? '' : (await import('./to-confirm.ts')).confirmList(loaded.value, process.cwd());
      return print(`${parsed.rest.map((file) => `\nplaybook: ${file}\n`).join('')}${open}`);
    }
    const { runPlaybooks } = await import('../engine/run.ts');
    const { exitCode } = await runPlaybooks(loaded.value.context, loaded.value.playbooks, version);
    return exitCode;
  } catch (error) {
    // A bug of ours, told with its stack: not with what is secret.
    throw error instanceof Error ? maskedError(error, secrets) : error;
  } finally {
    await connector.close();
    interrupt.end();
    endPrompts();
  }
}

/** Of a file under Ansible Vault no line is worth showing. */
const readable = (text: string | undefined): string | undefined =>
  text === undefined || isEnvelope(text) ? undefined : text;

function maskedError(error: Error, secrets: Secrets): Error {
  const { message, stack } = error;
  return Object.assign(error, secrets.mask({ message, stack }));
}

/** Whoever wants a run's events besides what it prints names a file for them; runs are added to it. */
async function recorder(file: string | undefined): Promise<Reporter[]> {
  if (file === undefined || file === '') return [];
  const { appendFileSync } = await import('node:fs');
  appendFileSync(file, '', { mode: 0o600 }); // a file that cannot be written ends the program before it begins
  return [jsonReporter((text) => appendFileSync(file, text, { mode: 0o600 }))];
}
