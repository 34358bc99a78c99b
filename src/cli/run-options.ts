import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import { userName } from '../audit/record.ts';
import { type Locking, lockLine } from '../engine/host/machine-lock.ts';
import type { RunOptions } from '../engine/variables/run-context.ts';
import type { Config, Origins } from '../language/config/index.ts';
import { parseShard } from '../language/inventory/shard.ts';
import type { Keywords } from '../language/model.ts';
import { awxDisplay } from '../report/forms/awx_display.ts';
import type { Face } from './face.ts';
import { LOCK_TIMEOUT_SECONDS, type Parsed } from './options.ts';
import { ask, askSecret, askUntilEnd } from './prompt.ts';

/** The verbosity: `-vv` is 2. */
export const verbosityOf = (parsed: Parsed, config: Config): number => parsed.options.verbose || config.verbosity;

/** The options of a run, from the command line and Ansible's configuration. Asks for passwords if necessary. */
export async function runOptionsOf(parsed: Parsed, config: Config, origins: Origins, face: Face): Promise<RunOptions> {
  const { options } = parsed;
  const watched = process.stdin.isTTY === true && process.stdout.isTTY === true;
  // The lab's operator performs the manual steps, so wait for them. Without a terminal, wait only a minute: nobody else will do them.
  const interactive = options.lab || watched;
  const personWait = options.lab && !watched ? { personWaitMs: 60_000 } : {};
  const password =
    options['ask-pass'] || config.askPass
      ? await askSecret('SSH password: ')
      : secretIn(options['connection-password-file'] ?? config.connectionPasswordFile);
  return {
    check: options.check,
    diff: options.diff || config.diffAlways,
    // Ansible's default of 5 is meant for Python processes. Here a host costs only a connection.
    forks: options.forks ?? (origins.has('forks') ? config.forks : 50),
    tags: options.tags ?? config.runTags,
    skipTags: options['skip-tags'] ?? config.skipTags,
    limit: options.limit?.join(','),
    ...(options.shard !== undefined && { shard: parseShard(options.shard) }),
    ...(options.answers !== undefined && { separately: true }),
    ...(options['retry-unreachable'] !== undefined && { retryUnreachableMs: options['retry-unreachable'] * 1000 }),
    ...(options.deadline !== undefined && { deadline: Date.now() + options.deadline * 1000 }),
    ...(!face.ansible && { locking: lockingOf(parsed) }),
    startAtTask: options['start-at-task'],
    step: options.step ? askStep : undefined,
    debugger: {
      enabled: config.enableTaskDebugger,
      ignoresErrors: config.taskDebuggerIgnoreErrors,
      ask: askUntilEnd,
    },
    forceHandlers: options['force-handlers'] || config.forceHandlers,
    anyErrorsFatal: config.anyErrorsFatal,
    interactive,
    ...personWait,
    prompt: (question, { echo }) => (echo ? ask(question) : askSecret(question)),
    connection: {
      user: options.user ?? config.remoteUser,
      password,
      privateKeyFile: options['private-key'] ?? config.privateKeyFile,
      connection: options.connection ?? (origins.has('transport') ? config.transport : undefined),
      become: options.become || config.become ? true : undefined,
      becomeUser: options['become-user'] ?? (origins.has('becomeUser') ? config.becomeUser : undefined),
      becomeMethod: options['become-method'] ?? (origins.has('becomeMethod') ? config.becomeMethod : undefined),
      becomePassword: await becomePassword(parsed, config, password),
      hostKeyChecking: config.hostKeyChecking,
      ...(origins.has('remotePort') && { port: config.remotePort }),
      ...(origins.has('becomeExe') && { becomeExe: config.becomeExe }),
      ...(origins.has('becomeFlags') && { becomeFlags: config.becomeFlags }),
      ...(config.becomeAllowSameUser && { becomeSameUser: true }),
      ...(origins.has('executable') && { shell: config.executable }),
      connectTimeoutMs: (options.timeout ?? config.timeout) * 1000,
    },
    ansible: face.ansible,
    mismatch: config.hostPatternMismatch,
    hashBehaviour: config.hashBehaviour,
    ...(config.asyncDir !== undefined && { asyncDir: config.asyncDir }),
    pollSeconds: config.pollInterval,
    managed: config.ansibleManaged,
    gathering: config.gathering,
    gathersAtStart: face.ansible && config.stdoutCallback === awxDisplay.name,
    factModules: config.factsModules,
    gather: {
      ...(config.gatherSubset !== undefined && { subset: config.gatherSubset }),
      ...(config.gatherTimeout !== undefined && { timeoutSeconds: config.gatherTimeout }),
      ...(config.factPath !== undefined && { factPath: config.factPath }),
    },
    strategy: config.strategy,
    native: config.jinja2Native,
    flushCache: options['flush-cache'],
    ...(face.ansible && { missingHandler: config.errorOnMissingHandler ? 'error' : 'warning' }),
  };
}

/** How machines are locked; Ansible, under whose name two runs have always been possible, does not. */
function lockingOf({ options, rest }: Parsed): Locking | undefined {
  if (options['no-lock'] || process.env['RETRACE_LOCK'] === 'off') return undefined;
  const who = `${userName()}@${hostname()}`;
  return {
    run: randomBytes(8).toString('hex'),
    line: lockLine(new Date(), who, rest.map((file) => basename(file)).join(' ')),
    timeoutMs: (options['lock-timeout'] ?? LOCK_TIMEOUT_SECONDS) * 1000,
  };
}

/** Keywords that apply wherever a play does not override them. */
export function keywordsOf(config: Config): Partial<Keywords> {
  const at = { file: 'ansible.cfg', line: 1, column: 1 };
  return {
    ...(config.noLog && { noLog: { value: true, at } }),
    ...(config.taskTimeout > 0 && { timeout: { value: config.taskTimeout, at } }),
  };
}

async function becomePassword(
  parsed: Parsed,
  config: Config,
  password: string | undefined,
): Promise<string | undefined> {
  const asked = parsed.options['ask-become-pass'] || config.becomeAskPass;
  if (!asked) return secretIn(parsed.options['become-password-file'] ?? config.becomePasswordFile);
  const said = await askSecret(`BECOME password${password === undefined ? '' : '[defaults to SSH password]'}: `);
  return said === '' ? password : said;
}

async function askStep(task: string): Promise<'yes' | 'no' | 'continue'> {
  const answer = (await ask(`Perform task: ${task} (N)o/(y)es/(c)ontinue: `)).trim().toLowerCase();
  if (answer.startsWith('y')) return 'yes';
  return answer.startsWith('c') ? 'continue' : 'no';
}

const secretIn = (path: string | undefined): string | undefined =>
  path === undefined ? undefined : readFileSync(path, 'utf8').replace(/\r?\n$/, '');
