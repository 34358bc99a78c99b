import type { Diagnostic } from '../core/source.ts';
import { CHANCES, type Checking, type CheckOptions, checkWeighed, type ReachedPlay } from './check/checking.ts';
import { checkNotify } from './check/handlers.ts';
import { checkLocalFiles, makesLocalFiles } from './check/local-files.ts';
import { reach } from './check/reach.ts';
import { refutedIn } from './check/refuted.ts';
import { checkTags } from './check/tags.ts';
import { checkTexts, checkUnusedTexts } from './check/templates.ts';
import { checkType } from './check/types.ts';
import { checkVariables } from './check/variables.ts';
import { checkVarsFiles } from './check/vars-files.ts';
import type { Playbook } from './model.ts';

/** Everything wrong with playbooks that can be known before any host is touched. */
export function checkPlaybooks(playbooks: readonly Playbook[], options: CheckOptions): readonly Diagnostic[] {
  const started: Checking = { options, problems: [], checkedTexts: new Set(), checkedTasks: new Set() };
  const plays = playbooks.flatMap((playbook) => playbook.plays.map((play) => reach(started, play)));
  const checking: Checking = { ...started, isRefuted: refutedIn(plays, options) };
  checkVarsFiles(checking, plays);
  checkMissing(checking, plays);
  for (const play of plays) checkPlay(checking, play);
  checkTags(checking, plays);
  checkVariables(checking, plays);
  return distinct(checking.problems);
}

// Files that the run itself creates on the controller cannot exist beforehand.
function checkMissing(checking: Checking, plays: readonly ReachedPlay[]): void {
  const made = plays.some(makesLocalFiles);
  for (const { missing } of plays)
    checking.problems.push(...(made ? missing.map((one) => ({ ...one, severity: 'warning' as const })) : missing));
}

function checkPlay(checking: Checking, reached: ReachedPlay): void {
  // Check what is certainly reached first, because nothing is checked twice.
  const items = CHANCES.flatMap((chance) => reached.items.filter((one) => one.chance === chance));
  for (const one of items)
    checkWeighed(checking, one, (own) => {
      if (one.item.kind === 'task') checkType(own, one.item);
      checkTexts(own, one);
    });
  for (const layer of reached.play.layers)
    for (const { value } of layer.vars.values()) checkUnusedTexts(checking, value);
  checkNotify(checking, reached);
  checkLocalFiles(checking, reached);
}

// Report a role's errors only once, even if it is used in several places.
function distinct(problems: readonly Diagnostic[]): readonly Diagnostic[] {
  const keyOf = (one: Diagnostic): string => JSON.stringify([one.code, one.message, one.at]);
  const grave = new Set(problems.filter(({ severity }) => severity === 'error').map(keyOf));
  return [
    ...new Map(
      problems.filter((one) => one.severity === 'error' || !grave.has(keyOf(one))).map((one) => [keyOf(one), one]),
    ).values(),
  ];
}
