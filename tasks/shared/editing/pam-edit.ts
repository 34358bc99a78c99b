/** An edit of the rules in a PAM file. */
interface PamEdit {
  readonly type: string;
  readonly control: string;
  readonly module_path: string;
  readonly new_type?: string | undefined;
  readonly new_control?: string | undefined;
  readonly new_module_path?: string | undefined;
  readonly module_arguments?: readonly string[] | undefined;
  readonly state: 'absent' | 'before' | 'after' | 'args_absent' | 'args_present' | 'updated';
}

interface PamEdited {
  readonly text: string;
  /** How many rules were changed. */
  readonly count: number;
  /** The lines that went and those that came. */
  readonly from: readonly string[];
  readonly to: readonly string[];
}

interface Rule {
  readonly type: string;
  readonly control: string;
  readonly module: string;
  readonly args: readonly string[];
  /** The comment at the end of the line. */
  readonly comment: string;
}

/** Returns a PAM file's text with its rules changed. */
export function editPam(text: string, edit: PamEdit): PamEdited {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const rules = lines.map(readRule);
  const edited = lines.map((line, index): readonly string[] => {
    const rule = rules[index];
    return rule !== undefined && isMeant(rule, edit) ? linesFor(line, rule, edit, around(rules, index)) : [line];
  });
  const changed = edited.flatMap((after, index) =>
    after.length === 1 && after[0] === lines[index] ? [] : [{ before: lines[index] ?? '', after }],
  );
  return {
    text:
      changed.length === 0
        ? text
        : edited
            .flat()
            .map((line) => `${line}\n`)
            .join(''),
    count: changed.length,
    from: changed.filter(({ before, after }) => !after.includes(before)).map(({ before }) => before.trim()),
    to: changed.flatMap(({ before, after }) => after.filter((line) => line !== before)),
  };
}

/** The rules next to a line, without the comments between them. */
function around(rules: readonly (Rule | undefined)[], index: number) {
  return {
    before: rules.slice(0, index).findLast((rule) => rule !== undefined),
    after: rules.slice(index + 1).find((rule) => rule !== undefined),
  };
}

/** The lines that replace the line of a rule. */
function linesFor(
  line: string,
  rule: Rule,
  edit: PamEdit,
  next: { readonly before: Rule | undefined; readonly after: Rule | undefined },
): readonly string[] {
  if (edit.state === 'absent') return [];
  if (edit.state === 'before' || edit.state === 'after') {
    const inserted = newRule(edit);
    const neighbour = next[edit.state];
    if (neighbour !== undefined && isSameRule(neighbour, inserted)) return [line];
    return edit.state === 'before' ? [writeRule(inserted), line] : [line, writeRule(inserted)];
  }
  const after = ruleAfter(rule, edit);
  return [isSameRule(rule, after) && rule.args.join(' ') === after.args.join(' ') ? line : writeRule(after)];
}

const newRule = (edit: PamEdit): Rule => ({
  type: edit.new_type ?? edit.type,
  control: edit.new_control ?? edit.control,
  module: edit.new_module_path ?? edit.module_path,
  args: argsIn(edit),
  comment: '',
});

function ruleAfter(rule: Rule, edit: PamEdit): Rule {
  const args = argsIn(edit);
  if (edit.state === 'args_absent') return { ...rule, args: rule.args.filter((one) => !args.includes(one)) };
  if (edit.state === 'args_present') return { ...rule, args: withArgs(rule.args, args) };
  return {
    ...rule,
    type: edit.new_type ?? rule.type,
    control: edit.new_control ?? rule.control,
    module: edit.new_module_path ?? rule.module,
    args: edit.module_arguments === undefined ? rule.args : args,
  };
}

/** Adds arguments; one with a value replaces the one with the same name. */
function withArgs(now: readonly string[], args: readonly string[]): readonly string[] {
  const keyOf = (arg: string): string | undefined => /^([^=\s[]+)=/.exec(arg)?.[1];
  const isReplaced = (one: string, other: string): boolean => keyOf(other) !== undefined && keyOf(one) === keyOf(other);
  const kept = now.map((one) => args.find((other) => isReplaced(one, other)) ?? one);
  return [...kept, ...args.filter((arg) => !kept.includes(arg))];
}

/** The arguments of a task, which may also be several in one text. */
const argsIn = ({ module_arguments = [] }: PamEdit): readonly string[] => module_arguments.flatMap(splitArgs);

/** Splits arguments at spaces, except within brackets. */
const splitArgs = (text: string): readonly string[] => text.match(/\[(?:\\\]|[^\]])*\]|\S+/g) ?? [];

const isMeant = (rule: Rule, { type, control, module_path }: PamEdit): boolean =>
  isSameRule(rule, { type, control, module: module_path });

const isSameRule = (
  one: Pick<Rule, 'type' | 'control' | 'module'>,
  other: Pick<Rule, 'type' | 'control' | 'module'>,
): boolean => one.type === other.type && tidy(one.control) === tidy(other.control) && one.module === other.module;

/** A control without needless spaces. */
const tidy = (control: string): string =>
  control.replace(/\s+/g, ' ').replace(/\[ /g, '[').replace(/ \]/g, ']').replace(/ ?= ?/g, '=');

function readRule(line: string): Rule | undefined {
  const pattern = /^\s*(-?(?:auth|account|session|password))\s+(\[[^\]]*\]|\S+)\s+(\S+)\s*([^#]*)(#.*)?$/;
  const [, type, control, module, args = '', comment = ''] = pattern.exec(line) ?? [];
  if (type === undefined || control === undefined || module === undefined) return undefined;
  return { type, control, module, args: splitArgs(args), comment };
}

const writeRule = ({ type, control, module, args, comment }: Rule): string =>
  `${type.padEnd(10)} ${[control, module, ...args, ...(comment === '' ? [] : [comment])].join(' ')}`;
