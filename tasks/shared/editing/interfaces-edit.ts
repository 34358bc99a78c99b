/** An edit of /etc/network/interfaces. */
interface InterfacesEdit {
  readonly iface?: string | undefined;
  readonly address_family?: string | undefined;
  readonly option?: string | undefined;
  readonly value?: string | undefined;
  readonly state: 'present' | 'absent';
}

interface InterfacesEdited {
  readonly text: string;
  /** The option's value before and after. */
  readonly was?: string;
  readonly is?: string;
}

/** The entry of an interface: the indexes of its heading and of the lines that set options. */
interface Stanza {
  readonly name: string;
  readonly family: string;
  readonly method: string;
  readonly heading: number;
  readonly options: readonly OptionLine[];
}

interface OptionLine {
  /** The index of its first line, and how many lines it has: a backslash at the end continues it. */
  readonly at: number;
  readonly count: number;
  readonly option: string;
  readonly value: string;
}

/** Options that may occur several times, each with its own command. */
const REPEATED = ['pre-up', 'up', 'down', 'post-up'];

/** The text with an option set or removed. */
export function editInterfaces(text: string, edit: InterfacesEdit): InterfacesEdited | { readonly failed: string } {
  const { iface, option, value, address_family: family } = edit;
  if (option === undefined) return { text };
  const lines = text.replace(/\n$/, '').split('\n');
  const stanza = stanzas(lines).findLast(
    (one) => one.name === iface && (family === undefined || one.family === family),
  );
  if (stanza === undefined) return { failed: `Error: interface ${iface} not found` };
  const own = stanza.options.filter((one) => one.option === option);
  const was = own.length === 0 ? undefined : own.map((one) => one.value).join('; ');
  const done = (next: readonly string[], is: string | undefined): InterfacesEdited => ({
    text: `${next.join('\n')}\n`,
    ...(was !== undefined && { was }),
    ...(is !== undefined && { is }),
  });
  if (edit.state === 'absent') {
    const gone = REPEATED.includes(option) && value !== undefined ? own.filter((one) => one.value === value) : own;
    const left = own.filter((one) => !gone.includes(one)).map((one) => one.value);
    return gone.length === 0 ? { text } : done(without(lines, gone), left.length === 0 ? undefined : left.join('; '));
  }
  if (value === undefined) return { failed: "'value' must be given when state is present" };
  if (own.some((one) => one.value === value) && (REPEATED.includes(option) || own.at(-1)?.value === value))
    return { text };
  const last = own.at(-1);
  if (last === undefined || REPEATED.includes(option))
    return done(inserted(lines, stanza, `${option} ${value}`), [...own.map((one) => one.value), value].join('; '));
  return done(replaced(lines, last, value), value);
}

const isHeading = (line: string): boolean =>
  /^\s*(?:iface|mapping|auto|allow-\S+|no-auto-down|no-scripts|source|source-directory|rename|template)(?:\s|$)/.test(
    line,
  );

function stanzas(lines: readonly string[]): readonly Stanza[] {
  const headings = lines.flatMap((line, index) => (isHeading(line) ? [index] : []));
  return headings.flatMap((heading, index) => {
    const [, name = '', family = '', method = ''] =
      /^\s*iface\s+(\S+)\s+(\S+)\s+(\S+)/.exec(lines[heading] ?? '') ?? [];
    if (name === '') return [];
    const end = headings[index + 1] ?? lines.length;
    return [{ name, family, method, heading, options: optionLines(lines, heading + 1, end) }];
  });
}

function optionLines(lines: readonly string[], start: number, end: number): readonly OptionLine[] {
  const found: OptionLine[] = [];
  for (let at = start; at < end; at++) {
    const first = lines[at] ?? '';
    if (first.trim() === '' || first.trim().startsWith('#')) continue;
    let whole = first;
    let count = 1;
    while (whole.endsWith('\\') && at + count < end) whole = `${whole.slice(0, -1)}${lines[at + count++]}`;
    const [, option = '', value = ''] = /^\s*(\S+)\s*(.*?)\s*$/s.exec(whole) ?? [];
    found.push({ at, count, option, value });
    at += count - 1;
  }
  return found;
}

const without = (lines: readonly string[], gone: readonly OptionLine[]): readonly string[] =>
  lines.filter((_, index) => !gone.some(({ at, count }) => index >= at && index < at + count));

/** A new option comes last in its entry, indented like the one before it. */
function inserted(lines: readonly string[], { heading, options }: Stanza, line: string): readonly string[] {
  const last = options.at(-1);
  const indent = last === undefined ? '    ' : (/^\s*/.exec(lines[last.at] ?? '')?.[0] ?? '');
  const at = last === undefined ? heading + 1 : last.at + last.count;
  return lines.toSpliced(at, 0, `${indent}${line}`);
}

function replaced(lines: readonly string[], { at, count }: OptionLine, value: string): readonly string[] {
  const start = /^\s*\S+\s*/.exec(lines[at] ?? '')?.[0] ?? '';
  return lines.toSpliced(at, count, `${/\s$/.test(start) ? start : `${start} `}${value}`);
}

type InterfaceInfo = Readonly<Record<string, string | readonly string[]>>;

/** The interfaces as the type returns them. The last entry of an interface counts. */
export const readInterfaces = (text: string): Readonly<Record<string, InterfaceInfo>> =>
  Object.fromEntries(
    stanzas(text.split('\n')).map(({ name, family, method, options }) => [
      name,
      {
        address_family: family,
        method,
        ...Object.fromEntries(
          REPEATED.map((option) => [option, options.filter((one) => one.option === option).map((one) => one.value)]),
        ),
        ...Object.fromEntries(
          options.filter((one) => !REPEATED.includes(one.option)).map((one) => [one.option, one.value]),
        ),
      },
    ]),
  );
