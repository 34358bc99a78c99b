import type { Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { str } from '../python/repr.ts';

interface Style {
  readonly beginning?: string;
  readonly decoration: string;
  readonly end?: string;
}

const STYLES: Record<string, Style> = {
  plain: { decoration: '# ' },
  erlang: { decoration: '% ' },
  c: { decoration: '// ' },
  cblock: { beginning: '/*', decoration: ' * ', end: ' */' },
  xml: { beginning: '<!--', decoration: ' - ', end: '-->' },
};

/** Text as a comment: each line decorated, with a decorated empty line before and after. */
export function commentText(text: string, styleName: string, options: ReadonlyMap<string, Value>): string {
  const style = STYLES[styleName] ?? fail(`comment: unknown style '${styleName}'`);
  const option = (name: string, standard: string): string => {
    const value = options.get(name);
    return value === undefined ? standard : str(value);
  };
  const newline = option('newline', '\n');
  const decoration = option('decoration', style.decoration);
  const [prefix, postfix] = [option('prefix', decoration.trimEnd()), option('postfix', decoration.trimEnd())];
  const [beginning, end] = [option('beginning', style.beginning ?? ''), option('end', style.end ?? '')];
  const times = (name: string) => Number(options.get(name) ?? 1);
  const head = prefix === '' ? '' : (prefix === newline ? newline : prefix + newline).repeat(times('prefix_count'));
  const body = (decoration + text.replaceAll(newline, newline + decoration)).replaceAll(
    decoration + newline,
    decoration.trimEnd() + newline,
  );
  const tail = (newline + postfix).repeat(times('postfix_count'));
  return `${beginning && beginning + newline}${head}${body}${tail}${end && newline + end}`;
}
