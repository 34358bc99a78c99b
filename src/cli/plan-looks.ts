import { relative } from 'node:path';
import { historyPlace, keyedDigest } from '../audit/journal.ts';
import { type PlanLook, planLook } from '../audit/plans/look.ts';
import type { HostPlan, PlanFile } from '../audit/plans/plan-file.ts';
import { dataText } from '../core/data-text.ts';
import { maskEvent, type Secrets } from '../core/secrets.ts';
import { runPlaybooks } from '../engine/run.ts';
import type { RunOptions } from '../engine/variables/run-context.ts';
import { hostOf } from '../language/inventory/index.ts';
import type { Prepared } from './play-command.ts';
import { version } from './version.ts';

/** Makes the digests of plans. Its key is made and kept also where no history is. Throws a system error if it cannot be. */
export function planDigest({ RETRACE_HISTORY: named, ...env }: NodeJS.ProcessEnv): (told: unknown) => string {
  const place = historyPlace(named === 'off' ? env : { ...env, RETRACE_HISTORY: named });
  if (place === undefined) throw new Error('there is always a place without RETRACE_HISTORY');
  const digest = keyedDigest(place);
  return (told) => digest(['plan', told]).slice(0, 32);
}

/** Tells keys apart. */
export const keyId = (digest: (told: unknown) => string): string => digest('key').slice(0, 16);

/** The seal of a plan: a digest of everything else in it. */
export const sealOf = ({ seal: _, ...rest }: PlanFile, digest: (told: unknown) => string): string =>
  digest(['seal', JSON.stringify(rest)]);

/** Gives the same answers to the same questions in each look, and in the run: a person is asked once. */
export class Prompts {
  readonly #ask: RunOptions['prompt'];
  readonly #answers = new Map<string, string[]>();

  constructor(ask: RunOptions['prompt']) {
    this.#ask = ask;
  }

  /** A prompt for one look or run: the n-th time that it asks a question, it gets the n-th answer. */
  another(): RunOptions['prompt'] {
    const asked = new Map<string, number>();
    return async (question, options) => {
      const nth = asked.get(question) ?? 0;
      asked.set(question, nth + 1);
      const known = this.#answers.get(question) ?? [];
      const answer = known[nth] ?? (await this.#ask(question, options));
      this.#answers.set(question, [...known.slice(0, nth), answer, ...known.slice(nth + 1)]);
      return answer;
    };
  }
}

/** Checks what has been loaded, for a plan. */
export async function lookForPlan(
  { loaded: { context, playbooks }, emitTo }: Prepared,
  digest: (told: unknown) => string,
  prompts: Prompts,
): Promise<PlanLook> {
  const { report, end } = planLook();
  const { digest: _, ...own } = context.options;
  const options = { ...own, check: true, diff: true, planning: { digest }, prompt: prompts.another() };
  const runFacts = { ...context.runFacts, checkMode: true };
  await runPlaybooks({ ...context, options, runFacts, emit: emitTo([report]) }, playbooks, version);
  return end();
}

/** What is planned for hosts, without any secret: also those that became known only later in the look. */
export const maskedHosts = (hosts: PlanLook['hosts'], secrets: Secrets): PlanLook['hosts'] =>
  Object.fromEntries(Object.entries(hosts).map(([host, plan]): [string, HostPlan] => [host, maskEvent(plan, secrets)]));

/** What was read on the controller: each file's text, and what the inventory says of the hosts, by where it says it. */
export function sourcesOf({ loaded }: Prepared, hosts: readonly string[], cwd: string): ReadonlyMap<string, string> {
  const { inventory, extra } = loaded.context;
  const files = [...loaded.read].map(([path, text]) => [relative(cwd, path) || path, text] as const);
  const said = new Map<string, unknown[]>();
  for (const host of hosts.flatMap((name) => hostOf(inventory, name) ?? []))
    for (const { from, vars } of host.layers) said.set(from, [...(said.get(from) ?? []), [host.name, vars]]);
  return new Map([
    ...files,
    ['the groups of the inventory', dataText(inventory.groups)],
    ...[...said].map(([from, vars]) => [`the variables of ${from}`, dataText(vars)] as const),
    [EXTRA, dataText(extra.vars)],
  ]);
}

/** The source that a plan cannot name by a file: the extra variables of the command line. */
export const EXTRA = 'the extra variables (-e)';
