/** The parameters of an `ini_file` edit. */
interface IniEdit {
  /** If undefined, the edit applies to the lines above the first section. */
  readonly section: string | undefined;
  /** What the section must contain, if there are several with its name: options, each with one of these values, or with any. */
  readonly having: readonly { readonly option: string; readonly values: readonly string[] }[];
  readonly option: string | undefined;
  readonly values: readonly string[];
  readonly state: 'present' | 'absent';
  /** Replace or remove other values of the option. */
  readonly exclusive: boolean;
  readonly noSpaces: boolean;
  /** A line that differs only in the spaces around the `=` is right. */
  readonly ignoreSpaces: boolean;
  /** The setting may take the place of a commented line with the same option. */
  readonly replacesComments: boolean;
  readonly allowNoValue: boolean;
}

interface IniEdited {
  readonly text: string;
  readonly message:
    | 'OK'
    | 'only section added'
    | 'section and option added'
    | 'option added'
    | 'option changed'
    | 'section removed';
  /** The option's previous values; undefined if it was missing. */
  readonly was?: string;
}

/** Returns an INI file's text with an option or a section added or removed. */
export function editIni(text: string, edit: IniEdit): IniEdited {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop(); // what follows the last newline is not a line
  const range = sectionRange(lines, edit);
  const within = edit.option === undefined ? wholeSection : inSection;
  const edited = range === undefined ? withoutSection(lines, edit) : within(lines, range, edit);
  if (edited.message === 'OK') return { text, message: 'OK' };
  return {
    text: edited.lines.length === 0 ? '' : `${edited.lines.join('\n')}\n`,
    message: edited.message,
    was: range === undefined ? undefined : valuesOf(lines.slice(range.start, range.end), edit),
  };
}

interface Edited {
  readonly lines: readonly string[];
  readonly message: IniEdited['message'];
}

/** The range of a section's lines: after its heading, up to the next one. */
interface Range {
  readonly start: number;
  readonly end: number;
}

function sectionRange(lines: readonly string[], edit: IniEdit): Range | undefined {
  const { section } = edit;
  const isHeading = (line: string) => /^\s*\[.*\]/.test(line);
  const rangeFrom = (start: number): Range => {
    const next = lines.findIndex((line, index) => index >= start && isHeading(line));
    return { start, end: next < 0 ? lines.length : next };
  };
  if (section === undefined) return rangeFrom(0);
  const isOwn = (line: string) => /^\s*\[(.*)\]\s*$/.exec(line)?.[1]?.trim() === section.trim();
  const ranges = lines.flatMap((line, index) => (isOwn(line) ? [rangeFrom(index + 1)] : []));
  const bodyOf = ({ start, end }: Range) => lines.slice(start, end);
  return ranges.find((range) => has(bodyOf(range), edit.having)) ?? ranges.find((range) => isDone(bodyOf(range), edit));
}

const has = (body: readonly string[], having: IniEdit['having']): boolean =>
  having.every(({ option, values }) =>
    body.some((line) => isOption(line, option) && (values.length === 0 || values.includes(valueIn(line) ?? ''))),
  );

// A section may be chosen by the very option that the edit changes, or be added without all of what it is chosen by. Afterwards, it is
// chosen by what the edit gave it.
const isDone = (body: readonly string[], { state, option, values, having }: IniEdit): boolean =>
  state === 'present' &&
  option !== undefined &&
  values.length > 0 &&
  values.every((value) => has(body, [{ option, values: [value] }])) &&
  has(
    body,
    having.filter((one) => one.option !== option && one.values.length > 0),
  );

/** The values of an option, or the lines of a section. */
function valuesOf(body: readonly string[], { option }: IniEdit): string | undefined {
  const settings = body.filter((line) => line.trim() !== '' && !/^\s*[#;]/.test(line));
  const own = option === undefined ? settings : settings.filter((line) => isOption(line, option));
  if (own.length === 0) return option === undefined ? 'empty' : undefined;
  return option === undefined
    ? `${own.length} lines`
    : own.map((line) => valueIn(line) ?? 'without a value').join(', ');
}

function withoutSection(lines: readonly string[], edit: IniEdit): Edited {
  if (edit.state === 'absent') return { lines, message: 'OK' };
  const options = newSectionOptions(edit);
  // As in Ansible, the first section in an empty file comes after an empty line.
  const before = lines.length === 0 ? [''] : lines;
  return {
    lines: [...before, `[${edit.section}]`, ...options],
    message: edit.option === undefined ? 'only section added' : 'section and option added',
  };
}

// What the section was to be chosen by is in it from the start.
function newSectionOptions(edit: IniEdit): readonly string[] {
  const linesFor = (option: string, values: readonly string[]) => optionLines({ ...edit, option, values });
  const others = edit.having.filter(({ option, values }) => option !== edit.option && values.length > 0);
  const required = edit.having
    .filter(({ option }) => option === edit.option && !edit.exclusive)
    .flatMap(({ values }) => values);
  return [
    ...others.flatMap(({ option, values }) => linesFor(option, values)),
    ...(edit.option === undefined ? [] : linesFor(edit.option, [...new Set([...edit.values, ...required])])),
  ];
}

function wholeSection(lines: readonly string[], { start, end }: Range, edit: IniEdit): Edited {
  if (edit.state === 'present') return { lines, message: 'OK' };
  const left = [...lines.slice(0, edit.section === undefined ? 0 : start - 1), ...lines.slice(end)];
  // Ansible removes only the first section with that name, so a second run would remove the next one.
  const again = edit.section === undefined ? undefined : sectionRange(left, edit);
  return again === undefined ? { lines: left, message: 'section removed' } : wholeSection(left, again, edit);
}

function inSection(lines: readonly string[], range: { start: number; end: number }, edit: IniEdit): Edited {
  const body = lines.slice(range.start, range.end);
  const next = edit.state === 'present' ? presentIn(body, edit) : absentIn(body, edit);
  const changed = next.length !== body.length || next.some((line, index) => line !== body[index]);
  if (!changed) return { lines, message: 'OK' };
  const added = next.length > body.length && body.every((line) => next.includes(line));
  return {
    lines: [...lines.slice(0, range.start), ...next, ...lines.slice(range.end)],
    message: added ? 'option added' : 'option changed',
  };
}

/** Keeps or corrects the lines that set the option, and adds missing lines after the last line that sets any option. */
function presentIn(body: readonly string[], edit: IniEdit): readonly string[] {
  const left = [...optionLines(edit)];
  const isSame = (wanted: string, line: string) =>
    sameOption(wanted, line) || (edit.ignoreSpaces && afterEquals(wanted) === afterEquals(line));
  const take = (line: string) => {
    const at = left.findIndex((one) => isSame(one, line));
    return at < 0 ? undefined : left.splice(at, 1)[0];
  };
  const isComment = (line: string) => /^\s*[#;]/.test(line);
  const kept = body.map((line) => ({
    line,
    own: isOption(line, edit.option!) && (edit.replacesComments || !isComment(line)),
    right: isOption(line, edit.option!) && !isComment(line) && take(line) !== undefined,
  }));
  // A line with a different value is replaced in place; any further ones are removed.
  const next = kept.flatMap(({ line, own, right }) => {
    if (!own || right) return [line];
    if (isComment(line))
      return left.length > 0 && edit.exclusive && !kept.some((one) => one.own && !isComment(one.line))
        ? [left.shift()!]
        : [line];
    if (!edit.exclusive) return [line];
    return left.length > 0 ? [left.shift()!] : [];
  });
  const last = next.findLastIndex((line) => line.trim() !== '' && !isComment(line));
  return left.length === 0 ? next : next.toSpliced(last + 1, 0, ...left);
}

function absentIn(body: readonly string[], edit: IniEdit): readonly string[] {
  const goes = (line: string) =>
    !/^\s*[#;]/.test(line) &&
    isOption(line, edit.option!) &&
    (edit.exclusive || edit.values.length === 0 || edit.values.some((value) => valueIn(line) === value));
  return body.filter((line) => !goes(line));
}

const optionLines = ({ option, values, noSpaces, allowNoValue }: IniEdit): readonly string[] => {
  const equals = noSpaces ? '=' : ' = ';
  if (values.length > 0) return values.map((value) => `${option}${equals}${value}`);
  return [allowNoValue ? option! : `${option}${equals}`.trimEnd()];
};

function isOption(line: string, option: string): boolean {
  const match = /^\s*[#;]?\s*([^=#;]+?)\s*(=|$)/.exec(line);
  return match !== null && match[1] === option;
}

const valueIn = (line: string): string | undefined => /^[^=]*=\s*(.*?)\s*$/.exec(line)?.[1];

const afterEquals = (line: string): string | undefined => /^[^=]*=\s*(.*)$/.exec(line)?.[1];

const sameOption = (wanted: string, line: string): boolean => line.trimEnd() === wanted;
