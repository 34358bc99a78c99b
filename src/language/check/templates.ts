import type { Position } from '../../core/source.ts';
import type { Raw } from '../../core/value.ts';
import { checkTemplate } from '../../template/index.ts';
import type { Checking, Reached } from './checking.ts';
import { inRaw, type TemplateText, textsOf } from './texts.ts';

/** Checks the templates of an item, including its conditions: syntax, filters, tests and lookups. */
export function checkTexts(checking: Checking, { item }: Reached): void {
  if ('loop' in item && item.loop?.lookup !== undefined) {
    const { lookup, over } = item.loop;
    const source = `lookup(${JSON.stringify(lookup)})`;
    check(checking, { source, at: over.at, kind: 'expression', afterLoop: false }, 'error');
  }
  for (const text of [...textsOf(item), ...(item.name === undefined ? [] : inRaw(item.name))])
    check(checking, text, 'error');
}

/** Checks the templates of a value that may never be used, so errors in it are only warnings. */
export function checkUnusedTexts(checking: Checking, raw: Raw): void {
  for (const text of inRaw(raw)) check(checking, text, 'warning');
}

function check(checking: Checking, { source, at, kind }: TemplateText, severity: 'error' | 'warning'): void {
  const key = `${kind} ${source}`;
  if (checking.checkedTexts.has(key)) return;
  const found = checkTemplate(source, at, { kind, ...(checking.options.env && { env: checking.options.env }) });
  if (found.length === 0) checking.checkedTexts.add(key);
  checking.problems.push(...(severity === 'warning' ? found.map((one) => ({ ...one, severity })) : found));
}

/** Checks a template file. */
export function checkTemplateFile(checking: Checking, path: string, at: Position): void {
  const text = checking.options.files.readText(path);
  const key = `file ${path}`;
  if (text === undefined || checking.checkedTexts.has(key)) return;
  checking.checkedTexts.add(key);
  const start = { file: path, line: 1, column: 1 };
  const found = checkTemplate(text, start, {
    kind: 'file',
    ...(checking.options.env && { env: checking.options.env }),
  });
  checking.problems.push(...found.map((one) => (one.at ? one : { ...one, at })));
}
