import type { Playbook } from '../core/model.ts';
import type { Diagnostic } from '../core/source.ts';
import type { Checking, CheckOptions, ReachedPlay } from './check/checking.ts';
import { checkNotify } from './check/handlers.ts';
import { checkLocalFiles } from './check/local-files.ts';
import { reach } from './check/reach.ts';
import { checkTags } from './check/tags.ts';
import { checkTexts, checkUnusedTexts } from './check/templates.ts';
import { checkType } from './check/types.ts';
import { checkVariables } from './check/variables.ts';

/** Everything wrong with playbooks that can be known before any host is touched. */
export function checkPlaybooks(playbooks: readonly Playbook[], options: CheckOptions): readonly Diagnostic[] {
  const checking: Checking = { options, problems: [], checkedTexts: new Set(), checkedTasks: new Set() };
  const plays = playbooks.flatMap((playbook) => playbook.plays.map((play) => reach(checking, play)));
  for (const play of plays) checkPlay(checking, play);
  checkTags(checking, plays);
  checkVariables(checking, plays);
  return distinct(checking.problems);
}

function checkPlay(checking: Checking, reached: ReachedPlay): void {
  for (const one of reached.items) {
    if (one.item.kind === 'task') checkType(checking, one.item);
    checkTexts(checking, one);
  }
  for (const layer of reached.play.layers)
    for (const { value } of layer.vars.values()) checkUnusedTexts(checking, value);
  checkNotify(checking, reached);
  checkLocalFiles(checking, reached);
}

// Roles that are used in several places have their mistakes once.
function distinct(problems: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...new Map(problems.map((one) => [JSON.stringify([one.code, one.message, one.at]), one])).values()];
}
