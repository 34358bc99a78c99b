import type { ShellAnswer } from '../../../../src/sdk.ts';
import { must } from '../../../../src/sdk.ts';
import { type NameSigns, readSaid, type Said } from '../simulation.ts';
import type { PackageStep } from '../transaction.ts';

/** One command of dnf, and what it would do. */
export interface DnfSimulation {
  /** `install`, `upgrade`, `remove`, `autoremove`. */
  readonly verb: string;
  readonly steps: readonly PackageStep[];
  /** The packages among them that would get an older version. */
  readonly downgrades: ReadonlySet<string>;
  readonly error: string | undefined;
  /** Names that no repository knows. */
  readonly unknown: readonly string[];
  /** It could not be asked. */
  readonly unasked: boolean;
}

/** What is known about the packages of a task. */
export interface DnfAnswer {
  readonly names: NameSigns;
  readonly simulations: readonly DnfSimulation[];
}

/** Reads what `askDnf` asks for. */
export function readDnf({ stdout }: ShellAnswer): DnfAnswer {
  const { names, said } = readSaid(stdout);
  return { names, simulations: said.map(readSimulation) };
}

function readSimulation({ verb, output: text, code }: Said): DnfSimulation {
  const lines = text.split('\n');
  const output = lines.filter((line) => !/^(# |= )/.test(line));
  const versions = new Map(
    lines.flatMap((line) => {
      const [, name, version] = /^# (\S+) (?:\(none\)|0)?:?(\S+)$/.exec(line) ?? [];
      return name === undefined || version === undefined ? [] : [[name, version] as const];
    }),
  );
  const rows = tableRows(output);
  const ended =
    code === 0 || output.includes('Operation aborted.') || output.includes('Operation aborted by the user.');
  return {
    verb,
    steps: rows.map(({ name, version, section }) => ({
      name,
      from: section === 'Installing' ? null : (versions.get(name) ?? version),
      to: GONE.test(section) ? null : version,
    })),
    downgrades: new Set(rows.filter(({ section }) => section === 'Downgrading').map(({ name }) => name)),
    error: code === undefined || ended ? undefined : errorOf(output, verb),
    unknown: output.flatMap((line) => /^No match for argument: (.*)$/.exec(line)?.[1] ?? []),
    unasked: code === undefined,
  };
}

const GONE = /^(Removing|Erasing|Disabling|Resetting)$/;

/** A line of the table that dnf prints: a package, or a group or module. */
interface Row {
  readonly section: string;
  readonly name: string;
  readonly version: string;
}

const SECTION =
  /^(Installing|Upgrading|Updating|Downgrading|Reinstalling|Removing|Erasing|Enabling|Disabling|Resetting|Switching)( .*)?:$/;
/** dnf lists groups each time, even if they are there already with all of their packages. */
const OF_GROUPS = /^ (.* )?[Gg]roups$/;
const OF_MODULES = /^ (.* )?(profiles|streams)$/;

/** A long name moves the rest of its row to the next line, so the words of a section are read as one text. */
function tableRows(lines: readonly string[]): readonly Row[] {
  const rows: Row[] = [];
  let section: RegExpExecArray | null = null;
  let words = '';
  const close = () => {
    if (section !== null) rows.push(...rowsIn(must(section[1], 'a section'), section[2] ?? '', words));
    words = '';
  };
  for (const line of lines) {
    const begins = SECTION.exec(line);
    if (begins !== null || !line.startsWith(' ')) {
      close();
      section = begins;
    } else if (!/^ +replacing /.test(line)) words += `${line}\n`;
  }
  close();
  return rows;
}

function rowsIn(section: string, of: string, text: string): readonly Row[] {
  if (OF_GROUPS.test(of)) return [];
  if (OF_MODULES.test(of))
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => ({ section, name: `@${line.trim().replace(/\s+/g, ' ')}`, version: 'installed' }));
  const row = /(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+[\d.]+(?:\s+(?:[kMGT]|[KMGT]iB|B)(?=\s|$))?/g;
  return [...text.matchAll(row)].map(([, name = '', , version = '']) => ({
    section,
    name,
    version: version.replace(/^0:/, ''),
  }));
}

/** dnf's own words, without what it says about itself. */
function errorOf(lines: readonly string[], verb: string): string {
  const start = lines.findIndex((line) => /^(Error|Problem|Failed|Failure)\b/.test(line));
  const told = (start < 0 ? lines : lines.slice(start)).map((line) => line.trim()).filter((line) => line !== '');
  return told.join('; ').replace(/^Error:;? ?/, '') || `dnf ${verb} failed`;
}
