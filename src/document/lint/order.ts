import { escapePattern } from '../../core/text/escape-pattern.ts';
import { type DocumentRule, found, linksMade, placedCalls } from './rule.ts';

/** What calls make: a dataset is also a path, of its name. */
function madePath(program: string, operands: readonly string[]): string | undefined {
  const last = operands.at(-1);
  if (last === undefined) return undefined;
  if (program === 'syncoid' || (program === 'zfs' && operands[0] === 'create')) return `/${last.replace(/^.*:/, '')}`;
  return program === 'zpool' && operands[0] === 'create' ? `/${operands[1]}` : undefined;
}

/** A path of a dataset that is used before the line that makes the dataset. */
export const usedBeforeMade: DocumentRule = (view) =>
  placedCalls(view).flatMap(({ program, operands, command }) => {
    const path = madePath(program, operands);
    if (path === undefined || path.length < 3) return [];
    const use = view.document.lines.find(
      ({ number, text, kind }) =>
        number < command.at.line &&
        kind !== 'text' &&
        kind !== 'output' &&
        new RegExp(`(?<![\\w/])${escapePattern(path)}(?![\\w-])`).test(text),
    );
    if (use === undefined) return [];
    return [
      found(
        view,
        'used-before-made',
        use.number,
        `${path} is used here, but made only on line ${command.at.line}`,
        'the dataset comes first',
      ),
    ];
  });

/** Commands that do harm, or fail, when somebody follows the document a second time. */
export const notTwice: DocumentRule = (view) => [
  ...placedCalls(view).flatMap(({ program, operands: [from = '', to = ''], call, command }) =>
    program === 'mv' &&
    /\.(?:old|bak|orig|save)$/.test(to) &&
    !call.words.some((word) => /^-\w*n|^--no-clobber$/.test(word))
      ? [
          found(
            view,
            'not-twice',
            command.at.line,
            `a second time, this overwrites the backup ${to} with what has replaced ${from}`,
            'mv -n, or a task that keeps the backup',
          ),
        ]
      : [],
  ),
  ...linksMade(view).flatMap(({ call, target, at, command }) =>
    /\.d$/.test(target) && !call.words.some((word) => /^-\w*[nT]|^--no-(?:dereference|target-directory)$/.test(word))
      ? [
          found(
            view,
            'not-twice',
            command.at.line,
            `a second time, this makes a link inside of ${at}, which leads to a directory: in the repository itself`,
            'ln -sfn',
          ),
        ]
      : [],
  ),
];

const LISTED = /^l[rwx-]{9}\s.*\s(\S+) -> (\S+)$/;

/** Links that a listing shows, and that the commands after it do not make, though they make others of it. */
export const listedNotMade: DocumentRule = (view) => {
  const made = new Set(linksMade(view).map(({ at }) => at.split('/').at(-1)));
  const listed = view.document.lines.flatMap(({ number, text, kind }) => {
    const [, name, target] = kind === 'output' ? (LISTED.exec(text.trim()) ?? []) : [];
    return name === undefined || target === undefined ? [] : [{ number, name, target }];
  });
  if (listed.filter(({ name }) => made.has(name)).length < 2) return [];
  return listed
    .filter(({ name }) => !made.has(name))
    .map(({ number, name, target }) =>
      found(
        view,
        'listed-not-made',
        number,
        `the listing has ${name} → ${target}, and no command makes this link`,
        'link it, too, or say why it is not needed here',
      ),
    );
};
