import { lastingOf } from '../audit/plans/compare.ts';
import type { PlanLook } from '../audit/plans/look.ts';
import { PLAN_SCHEMA, type PlanFile } from '../audit/plans/plan-file.ts';
import { planSummary, planText } from '../audit/plans/plan-text.ts';
import { userName } from '../audit/record.ts';
import { hash } from '../core/hash.ts';
import { systemReason } from '../core/system-error.ts';
import { writeReport, wrongFile } from './audit-outputs.ts';
import type { CallIo } from './command.ts';
import { AS_CHECK, type Parsed, type PlanLine } from './options.ts';
import { keyId, lookForPlan, maskedHosts, Prompts, planDigest, sealOf, sourcesOf } from './plan-looks.ts';
import { type Prepared, playCommand } from './play-command.ts';
import { readPlan } from './read-plan.ts';
import { version } from './version.ts';

/** Writes a plan, or shows one. Returns the exit code. */
export async function planCommand(line: PlanLine, io: CallIo): Promise<number> {
  const { output, commands } = line.options;
  const [verb, file, ...more] = line.rest;
  if (verb === 'show') {
    if (file === undefined || more.length > 0) return io.refuse(['expected `show FILE`']);
    const read = readPlan(file);
    if (!read.ok) return io.refuse([read.why]);
    io.stdout.write(planText(read.plan, read.hash, { commands }));
    return 0;
  }
  if (commands) return io.refuse(['--commands belongs to `show FILE`']);
  if (output === undefined) return io.refuse(['where is the plan to be written? -o FILE']);
  const wrong = wrongFile(output);
  if (wrong.length > 0) return io.refuse(wrong.map((mistake) => `--output: ${mistake}`));
  return playCommand(asCheck(line), io, { plan: 'none', perform: (prepared) => makePlan(prepared, line, output, io) });
}

async function makePlan(prepared: Prepared, line: PlanLine, file: string, io: CallIo): Promise<number> {
  const { secrets, loaded } = prepared;
  const options = keptOptions(line);
  if (JSON.stringify(secrets.mask(options)) !== JSON.stringify(options))
    return io.refuse([
      'an option contains a secret, which a plan must not contain; give it in the inventory or in a file',
    ]);
  const digest = digestOr(io);
  if (typeof digest === 'number') return digest;
  const prompts = new Prompts(loaded.context.options.prompt);
  // Two looks show what changes by itself, which is no reason to refuse the plan later.
  const first = await lookForPlan(prepared, digest, prompts);
  const look = first.interrupted || first.errors.length > 0 ? first : await lookForPlan(prepared, digest, prompts);
  prepared.tell(look.errors);
  if (look.interrupted || look.errors.length > 0) return look.interrupted ? 130 : 1;
  const hosts = maskedHosts(lastingOf(first.hosts, look.hosts), secrets);
  const sources = sourcesOf(prepared, Object.keys(hosts), io.cwd);
  const unsealed: PlanFile = {
    schema: PLAN_SCHEMA,
    version,
    madeAt: new Date().toISOString(),
    user: userName(),
    directory: io.cwd,
    playbooks: line.rest,
    options,
    key: keyId(digest),
    sources: Object.fromEntries([...sources].map(([name, text]) => [name, digest(['source', text])])),
    hosts,
    seal: '',
  };
  const plan: PlanFile = { ...unsealed, seal: sealOf(unsealed, digest) };
  const text = `${JSON.stringify(plan, null, 1)}\n`;
  // Also in the place of a file that others could read, a plan is for its owner only.
  writeReport(file, text, () => 0o600);
  io.stdout.write(`${planSummary(plan)}\n${file}: sha256 ${hash('sha256', text)}\n`);
  return exitCodeOf(plan, look);
}

/** The function that makes digests, or the exit code if there can be none. */
export function digestOr(io: CallIo): ReturnType<typeof planDigest> | number {
  try {
    return planDigest(io.env);
  } catch (error) {
    const reason = systemReason(error);
    if (reason === undefined) throw error;
    return io.refuse([`there is no key for plans: ${reason}`]);
  }
}

function exitCodeOf({ hosts }: PlanFile, { exitCode }: PlanLook): number {
  const plans = Object.values(hosts);
  if (exitCode === 4 || exitCode === 1) return exitCode;
  if (plans.some(({ ends }) => ends !== undefined)) return 3;
  if (plans.some(({ steps }) => steps.some(({ commands, changes }) => commands.length + changes.length > 0))) return 2;
  return exitCode;
}

/** Options that have nothing to do with what is planned, or that may contain passwords. */
const NOT_KEPT: ReadonlySet<string> = new Set([
  'extra-vars',
  'output',
  'commands',
  'verbose',
  'diff',
  'help',
  'answers',
  'retry-unreachable',
  'deadline',
]);

/** The given options, as a plan keeps them. */
const keptOptions = ({ options }: PlanLine): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(options).filter(([name, value]) => !NOT_KEPT.has(name) && value !== undefined && value !== false),
  );

/** The command line of a check. */
const asCheck = ({ options, rest }: PlanLine): Parsed => {
  const { commands: _, ...shared } = options;
  return { rest, options: { ...shared, ...AS_CHECK } };
};
