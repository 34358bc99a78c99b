import { normalName } from './pip-names.ts';

/** An installed package. */
interface Installed {
  readonly name: string;
  readonly version: string;
  /** Whether it runs from where its sources are. */
  readonly editable?: boolean;
}

/** What pip said about itself and the packages that are installed. */
export interface PipState {
  /** pip's own version; undefined if there is no pip. */
  readonly version: string | undefined;
  /** Whether the system's packages own this Python, so that pip refuses to install into it. */
  readonly managed: boolean;
  readonly installed: readonly Installed[];
}

/** A package that pip would install. */
export interface Planned extends Installed {
  /** Whether it is installed again although the version is the same: it comes from a path or a URL. */
  readonly direct: boolean;
}

/** Reads the lines of `askPip`: the version line, the word `managed` or nothing, and the list. */
export function readPip(stdout: string): PipState {
  const [first = '', managed = '', ...rest] = stdout.split('\n');
  return {
    version: /^pip (\S+) /.exec(first)?.[1],
    managed: managed === 'managed',
    installed: readList(rest.join('\n')),
  };
}

function readList(text: string): readonly Installed[] {
  const list = text.slice(text.indexOf('[')).trim();
  const parsed: unknown = list === '' ? [] : JSON.parse(list);
  return entriesOf(parsed).map((one) => ({
    name: textOf(one['name']),
    version: textOf(one['version']),
    editable: 'editable_project_location' in one,
  }));
}

/** Reads pip's report of what it would install. */
export function readReport(stdout: string): readonly Planned[] {
  const parsed: unknown = JSON.parse(stdout.slice(stdout.indexOf('{')));
  const [report] = entriesOf([parsed]);
  return entriesOf(report?.['install']).map((one) => {
    const [metadata] = entriesOf([one['metadata']]);
    return {
      name: textOf(metadata?.['name']),
      version: textOf(metadata?.['version']),
      direct: one['is_direct'] === true,
    };
  });
}

const entriesOf = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.map((one) => ({ ...(typeof one === 'object' ? one : {}) })) : [];

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The installed version of a package; undefined if it is not installed. */
export const versionOf = ({ installed }: PipState, name: string): string | undefined =>
  installed.find((one) => normalName(one.name) === normalName(name))?.version;

/** Whether a package runs from where its sources are. */
export const isEditable = ({ installed }: PipState, name: string): boolean =>
  installed.some((one) => normalName(one.name) === normalName(name) && one.editable === true);

/** Whether this pip can say what it would install. */
export function foretells({ version = '0' }: PipState): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 2);
}
