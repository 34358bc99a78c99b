import { escapePattern } from '../../../core/text/escape-pattern.ts';
import { exact, likely, lookOnly, manual, type Verb } from '../drafted.ts';
import { readOptions } from '../options.ts';
import { absolutePath, isExpanded } from '../words.ts';

const UNKNOWN = 'it is not understood';

/** `sed -i 's/a/b/' FILE`, where the text to replace has no characters that sed and Python read differently. */
const sed: Verb = (called) => {
  const options = readOptions(called.args, {
    flags: 'iErns',
    longFlags: ['in-place', 'regexp-extended', 'quiet'],
    values: 'e',
    longValues: ['expression'],
  });
  if (options === undefined || !options.has('i', 'in-place')) return options === undefined ? manual(UNKNOWN) : lookOnly;
  const scripts = options.all('e', 'expression');
  const [own, ...files] = scripts.length > 0 ? [undefined, ...options.operands] : options.operands;
  const script = own ?? (scripts.length === 1 ? scripts[0] : undefined);
  const [, separator = '', rest] = /^s([/|,#@:])(.*)$/s.exec(script ?? '') ?? [];
  const [from, to, flags = '', ...more] = (rest ?? '').split(separator);
  const [file] = files;
  const path = file === undefined || files.length > 1 || isExpanded(file) ? undefined : absolutePath(file, called);
  if (
    path === undefined ||
    from === undefined ||
    from === '' ||
    to === undefined ||
    more.length > 0 ||
    !/^g?$/.test(flags)
  )
    return manual('its script is not understood');
  const isPlain = /^\^?[\w \-=/.:,;@"'#]*\$?$/.test(from) && /^[\w \-=/.:,;@"'#]*$/.test(to);
  if (!isPlain) return manual('its script is not understood');
  const regexp = from.replace(/\./g, '\\.');
  if (new RegExp(regexp, 'm').test(to))
    return likely('what it writes matches again, so it is done only while the new text is not there', {
      type: 'replace',
      args: {
        path,
        regexp: `${regexp}(?!${to.startsWith(from) ? escapePattern(to.slice(from.length)) : escapePattern(to)})`,
        replace: to,
      },
    });
  return exact({ type: 'replace', args: { path, regexp, replace: to } });
};

/** Programs that edit files. */
export const editingVerbs: Readonly<Record<string, Verb>> = {
  sed,
};
