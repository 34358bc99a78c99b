import { isTemplateText, type Raw, Template } from '../core/value.ts';

/** `a=1 b="x y"` as variables: every value is text, quotes hold words together. */
export function splitKeyValues(text: string): Map<string, { readonly value: Raw }> {
  const vars = new Map<string, { readonly value: Raw }>();
  for (const [, name, rest] of text.matchAll(/([^\s=]+)=((?:"(?:\\.|[^"\\])*"|'[^']*'|\{\{.*?\}\}|[^\s])*)/g)) {
    const value = rest!.replace(
      /"((?:\\.|[^"\\])*)"|'([^']*)'/g,
      (_, double: string | undefined, single: string | undefined) => double?.replace(/\\(.)/g, '$1') ?? single ?? '',
    );
    vars.set(name!, { value: isTemplateText(value) ? new Template(value) : value });
  }
  return vars;
}
