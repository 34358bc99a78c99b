import {
  type Change,
  type Command,
  type Plan,
  predicts,
  type ShellAnswer,
  script,
  sh,
  shellAnswer,
  type TaskContext,
  type TaskResult,
} from '../../../../src/sdk.ts';
import { unanswered } from '../../commands/unanswered.ts';
import { type NameSigns, namesWith, plainSteps } from '../simulation.ts';
import { stepChanges } from '../transaction.ts';
import { type DnfAnswer, type DnfSimulation, readDnf } from './dnf-answer.ts';
import { type DnfTask, dnfState, dnfWords, upgradeWords } from './dnf-params.ts';
import { askDnf, findsDnf, isPackageFile, withLock } from './dnf-questions.ts';

/** A command of dnf that changes packages. */
function dnfCommand(task: DnfTask, verb: string, names: readonly string[]): Command {
  const words = [
    ...dnfWords(task),
    ...(task.download_only ? ['--downloadonly'] : []),
    ...(task.download_only && task.download_dir !== undefined ? [`--downloaddir=${task.download_dir}`] : []),
    verb,
    ...(verb === 'upgrade' ? upgradeWords(task) : []),
    ...names,
  ];
  return {
    ...sh`export LC_ALL=C
${findsDnf(task)}${withLock(task, script`"$dnf" -y ${words} </dev/null`)}exit "$code"`,
    shown: sh`dnf ${[verb, ...names]}`.script,
    long: true,
  };
}

/** Plans a task of dnf. */
export function planDnf(answer: ShellAnswer, task: DnfTask, context: TaskContext): Plan {
  if (answer.timedOut) return { failed: 'dnf did not say within ten minutes what it would do' };
  const wrong = unanswered(answer, { name: toolOf(task), package: toolOf(task) }) ?? refusal(task);
  if (wrong !== undefined) return { failed: wrong };
  const known = readDnf(answer);
  const error = failureOf(known, task);
  if (error !== undefined) return error;
  const warnings: string[] = [];
  const changes: Change[] = [];
  for (const simulation of known.simulations) {
    const { steps, names, kept } = wantedOf(simulation, known, task);
    if (kept.length > 0)
      warnings.push(`newer than the task asks for: ${kept.join(', ')}; allow_downgrade installs the older version`);
    const command = dnfCommand(task, simulation.verb, names);
    const repeats = task.download_only ? ({ repeats: true } as const) : {};
    changes.push(
      ...stepChanges(steps, [command], [predicts(askDnf(task, context.environment), shellAnswer())], repeats),
    );
  }
  if (changes.length === 0 && task.update_cache && task.name.length === 0 && dnfState(task) !== 'absent')
    return { changes: [refresh(task)], warnings };
  return { changes, warnings };
}

/** The program that has to be there, whose package has the same name. */
const toolOf = ({ programs: [first = 'dnf'] = [] }: DnfTask): string => first;

/** Fetching package lists is not a change, as with Ansible. */
const refresh = (task: DnfTask): Change => ({
  what: 'package lists',
  from: 'fetched earlier',
  to: 'fetched',
  commands: [{ ...dnfCommand(task, 'makecache', []), shown: 'dnf makecache --refresh' }],
  effects: [],
  means: true,
  repeats: true,
});

function refusal(task: DnfTask): string | undefined {
  const state = dnfState(task);
  if (task.autoremove && state !== 'absent') return 'Autoremove should be used alone or with state=absent';
  if (state === 'absent' && task.name.some(isPackageFile)) return 'Cannot remove paths -- please specify package name.';
  if (task.name.length === 0 && !task.autoremove && !task.update_cache && task.state !== undefined)
    return 'there is nothing to do: name the packages in `name`';
  return undefined;
}

/** The failure that dnf foresees; upgrading what is not there is none. */
function failureOf({ simulations }: DnfAnswer, task: DnfTask): Extract<Plan, { failed: string }> | undefined {
  const wrong = simulations.find(
    ({ error, verb }) => error !== undefined && !(verb === 'upgrade' && /No packages marked for upgrade/.test(error)),
  );
  if (wrong === undefined || wrong.verb === 'remove') return wrong && { failed: `dnf: ${wrong.error}` };
  const failures = wrong.unknown.map((name) => `No package ${name} available.`);
  const told = failures.length > 0 ? failures.join(' ') : wrong.error;
  const message = failures.length > 0 ? 'Failed to install some of the specified packages' : 'Depsolve Error occurred';
  return {
    failed: `${message}: ${told}`,
    result: { failures: failures.length > 0 ? failures : [wrong.error], rc: 1, results: [] },
    ...(task.download_only && { would: [] }),
  };
}

/** The steps of a command that the task wants, the names to give it, and the packages that stay as new as they are. */
function wantedOf(simulation: DnfSimulation, { names }: DnfAnswer, task: DnfTask) {
  const { verb, steps, downgrades, unasked } = simulation;
  const asked = namesFor(verb, names, task);
  if (unasked) return { steps: plainSteps(asked, verb === 'remove' ? null : 'installed'), names: asked, kept: [] };
  const isKept = (name: string) => downgrades.has(name) && verb === 'install' && !task.allow_downgrade;
  const kept = steps.filter(({ name }) => isKept(name)).map(({ name }) => name);
  const left = asked.filter(
    (word) => !kept.some((name) => word === name || (/^[- <=]/.test(word.slice(name.length)) && word.startsWith(name))),
  );
  return { steps: steps.filter(({ name }) => !isKept(name)), names: left, kept };
}

/** The names that the question gave a command. */
function namesFor(verb: string, names: NameSigns, task: DnfTask): readonly string[] {
  if (verb === 'autoremove' || (verb === 'upgrade' && task.name.includes('*'))) return [];
  const told = namesWith(names, verb === 'install' ? '-?' : '+?');
  return verb === 'upgrade' ? told.filter((name) => !isPackageFile(name)) : told;
}

/** Ansible's return values. */
export function dnfResult(changes: readonly Change[]): TaskResult {
  const packages = changes.filter(({ what }) => what.startsWith('package ') && what !== 'package lists');
  const told = packages.map(({ what, to, from }) => {
    const name = what.slice('package '.length);
    return to === null ? `Removed: ${name}-${from}` : `Installed: ${name}-${to}`;
  });
  const fetched = changes.some(({ what }) => what === 'package lists');
  const nothing = fetched ? 'Cache updated' : 'Nothing to do';
  return { msg: packages.length > 0 ? '' : nothing, rc: 0, results: told };
}
