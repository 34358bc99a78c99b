import type { Diagnostic } from '../core/source.ts';
import { commandAlwaysChanged, commandInsteadOfType, lookNotInCheck, shellWithoutNeed } from './lint/commands.ts';
import { comparedWithEmpty, comparedWithTrue, conditionWithBraces } from './lint/conditions.ts';
import type { Linted, Rule } from './lint/rule.ts';
import {
  bareLoopVariable,
  duplicateHandler,
  errorsIgnoredUnseen,
  modeWithoutZero,
  packageLatest,
  tagsStopAtInclude,
  taskWithoutName,
} from './lint/tasks.ts';
import type { Item, Play, Playbook } from './model.ts';

/** The rules, the most harmful problems first. */
export const lintRules: readonly Rule[] = [
  modeWithoutZero,
  bareLoopVariable,
  tagsStopAtInclude,
  duplicateHandler,
  conditionWithBraces,
  commandInsteadOfType,
  commandAlwaysChanged,
  lookNotInCheck,
  shellWithoutNeed,
  errorsIgnoredUnseen,
  packageLatest,
  comparedWithTrue,
  comparedWithEmpty,
  taskWithoutName,
];

/** Finds what is allowed in playbooks but causes trouble, with the reason and a better way to write it. */
export function lint(playbooks: readonly Playbook[]): readonly Diagnostic[] {
  const found = playbooks.flatMap(({ plays }) => plays.flatMap(lintPlay));
  const distinct = new Map(found.map((one) => [JSON.stringify([one.code, one.at]), one]));
  return [...distinct.values()].sort(byPlace);
}

function lintPlay(play: Play): Diagnostic[] {
  const items = [...leaves(play.items, false), ...leaves(play.handlers, true)];
  return items.flatMap((linted) => lintRules.flatMap((rule) => apply(rule, linted, play)));
}

const apply = ({ code, why, find }: Rule, linted: Linted, play: Play): Diagnostic[] =>
  find(linted, play).map(({ at, message, fix }) => ({
    severity: 'warning',
    code,
    message: `${message}: ${why}`,
    at,
    hint: fix,
  }));

function leaves(items: readonly Item[], isHandler: boolean): Linted[] {
  return items.flatMap((item) =>
    item.kind === 'block' ? leaves([...item.block, ...item.rescue, ...item.always], isHandler) : [{ item, isHandler }],
  );
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  const [left, right] = [a.at!, b.at!];
  if (left.file !== right.file) return left.file < right.file ? -1 : 1;
  return left.line - right.line || left.column - right.column;
}
