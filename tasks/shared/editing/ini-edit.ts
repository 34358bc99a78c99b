/** The parameters of an `ini_file` edit. */
interface IniEdit {
  /** If undefined, the edit applies to the lines above the first section. */
  readonly section: string | undefined;
  readonly option: string | undefined;
  readonly values: readonly string[];
  readonly state: 'present' | 'absent';
  /** Replace or remove other values of the option. */
  readonly exclusive: boolean;
  readonly noSpaces: boolean;
  readonly allowNoValue: boolean;
}

interface IniEdited {
  readonly text: string;
  readonly message:
    | 'OK'
    | 'section added'
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
  const range = sectionRange(lines, edit.section);
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

function sectionRange(lines: readonly string[], section: string | undefined): Range | undefined {
  const isHeading = (line: string) => /^\s*\[.*\]/.test(line);
  const heading = section === undefined ? -1 : lines.findIndex((line) => line.trim() === `[${section}]`);
  if (section !== undefined && heading < 0) return undefined;
  const next = lines.findIndex((line, index) => index > heading && isHeading(line));
  return { start: heading + 1, end: next < 0 ? lines.length : next };
}

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
  const options = edit.option === undefined ? [] : optionLines(edit);
  // As in Ansible, the first section in an empty file comes after an empty line.
  const before = lines.length === 0 ? [''] : lines;
  return {
    lines: [...before, `[${edit.section}]`, ...options],
    message: edit.option === undefined ? 'section added' : 'section and option added',
  };
}

function wholeSection(lines: readonly string[], { start, end }: Range, edit: IniEdit): Edited {
  if (edit.state === 'present') return { lines, message: 'OK' };
  const left = [...lines.slice(0, edit.section === undefined ? 0 : start - 1), ...lines.slice(end)];
  // Ansible removes only the first section with that name, so a second run would remove the next one.
  const again = edit.section === undefined ? undefined : sectionRange(left, edit.section);
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
  const wanted = optionLines(edit);
  const left = [...wanted];
  const take = (line: string) => {
    const at = left.findIndex((one) => sameOption(one, line));
    return at < 0 ? undefined : left.splice(at, 1)[0];
  };
  const kept = body.map((line) => ({
    line,
    own: isOption(line, edit.option!),
    right: isOption(line, edit.option!) && take(line) !== undefined,
  }));
  const isComment = (line: string) => /^\s*[#;]/.test(line);
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

const sameOption = (wanted: string, line: string): boolean => line.trimEnd() === wanted;
