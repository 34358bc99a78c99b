import { existsSync } from 'node:fs';
import type { Event, EventData, Reporter, Status } from '../core/event.ts';
import { maskEvent, Secrets } from '../core/secrets.ts';
import type { Diagnostic, Result } from '../core/source.ts';
import { visible, visibleIn } from '../core/visible.ts';
import type { Config } from '../language/config/index.ts';
import { createFiles } from '../language/files.ts';
import { formatDiagnostic } from '../language/format-diagnostic.ts';
import { isEnvelope } from '../language/vault/envelope.ts';
import type { ReportOptions } from '../report/form.ts';
import { jsonReporter } from '../report/forms/json.ts';
import { ansibleError, createChalk, createReporter } from '../report/index.ts';
import type { CallIo } from './command.ts';
import type { Face } from './face.ts';
import { callbackOf, formOf } from './form-of.ts';
import { interruptible } from './interrupt.ts';
import { keeperOf, NOT_KEPT } from './keep-run.ts';
import { lazyConnector } from './lazy-connector.ts';
import { limitProblems } from './limit.ts';
import { listingOf, lists } from './listings.ts';
import { type Loaded, loadAll, readConfig } from './load-all.ts';
import { missingPlaybooks } from './missing-playbooks.ts';
import type { Parsed } from './options.ts';
import { endPrompts } from './prompt.ts';
import { verbosityOf } from './run-options.ts';
import { version } from './version.ts';

/** Runs playbooks, checks them, or lists their contents. Returns the exit code. */
export async function playCommand(parsed: Parsed, io: CallIo, special: Special = {}): Promise<number> {
  const { face, commands } = io;
  const absent = face.ansible
    ? []
    : missingPlaybooks(
        parsed.rest,
        commands.map(({ name }) => name),
      );
  if (absent.length > 0) return io.refuse(absent);
  if (parsed.options.answers !== undefined && !parsed.options.check)
    return io.refuse(['--answers belongs to a check: answers in a file cannot be changed; add --check']);
  if (parsed.options.lab) {
    const { insideLab, isInsideLab, labCommand } = await import('../lab/index.ts');
    if (!isInsideLab()) {
      // The lab's progress goes to stderr, because stdout belongs to the run.
      const aside = { stdout: process.stderr, stderr: process.stderr, isTTY: process.stderr.isTTY === true };
      // Report missing files now, not after the lab has been built for minutes.
      const missing = [...parsed.rest, ...(parsed.options.inventory ?? [])].filter(isMissing);
      if (missing.length > 0) return io.refuse(missing.map((file) => `the file ${file} does not exist`));
      const code = await labCommand(['up'], aside);
      return code === 0 ? ((await insideLab(process.argv.slice(2))) ?? 1) : code;
    }
  }
  return play(parsed, face, special);
}

/** Errors in what is written, as opposed to something missing: for these, Ansible exits with 4. */
const MISWRITTEN = new Set(['yaml-syntax', 'duplicate-key', 'unknown-keyword', 'wrong-keyword-type', 'extra-params']);

/** Whether this names a file that does not exist; `a,b` and `h,` are host lists. */
const isMissing = (path: string): boolean => !path.includes(',') && !existsSync(path);

const print = (text: string): number => {
  process.stdout.write(text);
  return 0;
};

/** What only some commands need. */
interface Special {
  /** Playbooks that are not files. */
  readonly texts?: Readonly<Record<string, string>>;
  /** Print one line per host. */
  readonly oneLine?: boolean;
  /** Reports the run in place of the format that `--output` names. */
  readonly reporter?: (options: ReportOptions) => Promise<Reporter>;
  /** Does more with what has been loaded than to run it once, while its connections are open. Returns the exit code. */
  readonly perform?: (prepared: Prepared) => Promise<number>;
  /** The approval hash of the plan that is applied; `none` if nothing is to be kept in the history. */
  readonly plan?: { readonly hash: string } | 'none';
}

/** What has been loaded and found in order, and the means to run it. */
export interface Prepared {
  readonly loaded: Loaded;
  /** Sends events to these reporters only, with secrets masked. */
  readonly emitTo: (watchers: readonly Reporter[]) => (event: EventData) => void;
  readonly secrets: Secrets;
  readonly tell: (diagnostics: readonly Diagnostic[]) => void;
  /** Loads everything again, as it is read by now. */
  readonly reload: () => Promise<Result<Loaded>>;
}

/** Runs the playbooks named on the command line. */
export async function play(parsed: Parsed, face: Face, special: Special = {}): Promise<number> {
  const { texts = {}, oneLine = false, reporter, plan, perform = runOnce } = special;
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
  const answers =
    parsed.options.answers === undefined
      ? undefined
      : (await import('./answers-in.ts')).answersIn(parsed.options.answers);
  if (answers?.ok === false) {
    tell(answers.error);
    return 1;
  }
  const connector =
    answers === undefined
      ? lazyConnector(process.env)
      : (await import('../session/by-file/connector.ts')).byFileConnector({
          answers: answers.value,
          here: lazyConnector(process.env),
          isSecret: () => false,
        });
  const terminal = { isTTY: process.stdout.isTTY === true, term: process.env['TERM'] };
  const reportOptions: ReportOptions = {
    stdout: process.stdout,
    chalk,
    verbosity: verbosityOf(parsed, config),
    hides: new Set<Status>([
      ...(config.displaySkippedHosts ? [] : ['skipped' as const]),
      ...(config.displayOkHosts ? [] : ['ok' as const]),
    ]),
    atOnce: parsed.options.step,
    customStats: config.showCustomStats,
    env: process.env,
    cwd: process.cwd(),
    formatDiagnostic: show,
  };
  const form = formOf(parsed.options, face, terminal, callbackOf(config, face, oneLine));
  const report = await (reporter === undefined ? createReporter(form, reportOptions) : reporter(reportOptions));
  const isRun = !lists(parsed) && !parsed.options['syntax-check'];
  const how = {
    face,
    isLab: parsed.options.lab,
    isAudit: reporter !== undefined,
    secrets,
    isPartial: isPartial(parsed.options),
  };
  const keeper = isRun && plan !== 'none' ? await keeperOf(process.env, { ...how, plan: plan?.hash }) : NOT_KEPT;
  const watchers = [report, ...(await recorder(process.env['RETRACE_EVENTS'])), ...keeper.watchers];
  if (parsed.options.lab)
    watchers.push((await import('../lab/index.ts')).labOperator((text) => process.stderr.write(`lab: ${text}\n`)));
  const emitTo =
    (those: readonly Reporter[]) =>
    (happening: EventData): void => {
      const event = { time: Date.now(), ...maskEvent(happening, secrets) } as Event;
      for (const watch of those) watch(event);
    };
  const emit = emitTo(watchers);
  try {
    tell(warnings);
    if (answers !== undefined) tell((await import('./answers-in.ts')).toldAnswers(answers.value));
    if (face.ansible && verbosityOf(parsed, config) > 0) process.stdout.write(visible(`${configLine(config)}\n`));
    const given = { parsed, face, texts, config, origins, secrets, emit, connector, signal: interrupt.signal };
    const loaded = await loadAll(given);
    if (!loaded.ok) {
      tell(loaded.error);
      return face.ansible && loaded.error.some(({ code }) => MISWRITTEN.has(code)) ? 4 : 1;
    }
    tell(loaded.warnings ?? []);
    // Ansible reports such errors only when it reaches them, if at all.
    const syntax = parsed.options['syntax-check'] ? ('syntax' as const) : undefined;
    const only = lists(parsed) ? ('listing' as const) : syntax;
    const mistakes = face.ansible
      ? limitProblems(loaded.value)
      : (await import('./preflight.ts')).preflight(loaded.value, { only });
    tell(mistakes);
    if (mistakes.some((mistake) => mistake.severity === 'error')) return 1;
    const listing = listingOf(parsed, loaded.value);
    if (listing !== undefined) return print(`${visible(listing)}\n`);
    if (parsed.options['syntax-check']) {
      const open = face.ansible ? '' : (await import('./to-confirm.ts')).confirmList(loaded.value, process.cwd());
      return print(`${parsed.rest.map((file) => `\nplaybook: ${file}\n`).join('')}${open}`);
    }
    const { context } = loaded.value;
    const kept = { ...context, options: { ...context.options, ...keeper.options } };
    const reload = () => loadAll({ ...given, before: loaded.value });
    return await perform({ loaded: { ...loaded.value, context: kept }, emitTo, secrets, tell, reload });
  } catch (error) {
    // This is a bug in Retrace: show the stack, but mask secrets.
    throw error instanceof Error ? maskedError(error, secrets) : error;
  } finally {
    await connector.close();
    interrupt.end();
    endPrompts();
  }
}

/** Whether a run looks at a part of its playbooks only. */
export const isPartial = (
  options: Pick<Parsed['options'], 'tags' | 'skip-tags' | 'start-at-task' | 'shard'> & { readonly step?: boolean },
): boolean =>
  (options.tags ?? []).length > 0 ||
  (options['skip-tags'] ?? []).length > 0 ||
  options['start-at-task'] !== undefined ||
  options.shard !== undefined ||
  options.step === true;

/** Runs what has been loaded. Returns the exit code. */
export async function runOnce({ loaded: { context, playbooks } }: Pick<Prepared, 'loaded'>): Promise<number> {
  const { runPlaybooks } = await import('../engine/run.ts');
  return (await runPlaybooks(context, playbooks, version)).exitCode;
}

/** The text of a file for use in diagnostics; undefined if it is vault-encrypted, because its lines mean nothing to a reader. */
const readable = (text: string | undefined): string | undefined =>
  text === undefined || isEnvelope(text) ? undefined : text;

/** What Ansible's programs say of their configuration with `-v`. */
const configLine = ({ configFile }: Config): string =>
  configFile === undefined ? 'No config file found; using defaults' : `Using ${configFile} as config file`;

function maskedError(error: Error, secrets: Secrets): Error {
  const { message, stack } = error;
  return Object.assign(error, secrets.mask({ message, stack }));
}

/** Appends the run's events to a file, for users who want them in addition to the printed output. */
async function recorder(file: string | undefined): Promise<Reporter[]> {
  if (file === undefined || file === '') return [];
  const { appendFileSync } = await import('node:fs');
  appendFileSync(file, '', { mode: 0o600 }); // an unwritable file ends the program before the run starts
  return [jsonReporter((text) => appendFileSync(file, text, { mode: 0o600 }))];
}
