import { matchesPatterns } from '../known-hosts.ts';
import type { ConfigLine } from './parse-config.ts';
import { expandTokens } from './tokens.ts';

/** The host to look up: what was typed, and the options given with it. */
export interface ConfigQuery {
  readonly host: string;
  readonly user?: string;
  readonly localUser: string;
}

/** The configuration for one host, by lower-case keyword; the first of several lines wins. */
export interface ConfigValues {
  readonly values: ReadonlyMap<string, ConfigLine>;
  readonly identityFiles: readonly string[];
  /** A line that only the system's ssh can evaluate. */
  readonly undecidable?: ConfigLine;
}

/** Find the lines that apply to one host. As in OpenSSH, `Match final` requires a second pass. */
export function resolveConfig(lines: readonly ConfigLine[], query: ConfigQuery): ConfigValues {
  const state: State = {
    query,
    values: new Map(),
    identityFiles: [],
    final: false,
    wantsFinal: false,
    undecidable: undefined,
  };
  readLines(lines, state, true);
  if (state.wantsFinal) readLines(lines, { ...state, final: true }, true);
  return state;
}

interface State extends ConfigValues {
  readonly query: ConfigQuery;
  readonly values: Map<string, ConfigLine>;
  readonly identityFiles: string[];
  readonly final: boolean;
  wantsFinal: boolean;
  undecidable: ConfigLine | undefined;
}

function readLines(lines: readonly ConfigLine[], state: State, outer: boolean): void {
  let active = outer;
  for (const line of lines) {
    if (line.keyword === 'host') active = outer && matchesPatterns(line.words, state.query.host);
    else if (line.keyword === 'match') active = matches(line, state, outer);
    else if (line.included) readLines(line.included, state, active);
    else if (active) take(line, state);
  }
}

function take(line: ConfigLine, { values, identityFiles }: State): void {
  const [first] = line.words;
  if (first === undefined) return;
  if (line.keyword === 'identityfile') {
    if (!identityFiles.includes(first)) identityFiles.push(first);
    return;
  }
  // Whichever of ProxyJump and ProxyCommand comes first wins.
  const keyword = line.keyword === 'proxyjump' && values.has('proxycommand') ? undefined : line.keyword;
  if (keyword && !values.has(keyword) && !(keyword === 'proxycommand' && values.has('proxyjump')))
    values.set(keyword, line);
}

function matches(line: ConfigLine, state: State, outer: boolean): boolean {
  let result = outer;
  const words = line.words.flatMap((word) => /^(\w+)=(.*)$/.exec(word)?.slice(1) ?? [word]);
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const negated = word.startsWith('!');
    const name = word.replace('!', '').toLowerCase();
    const holds = criteria[name]?.(state, name in withoutArgument ? '' : (words.shift() ?? ''));
    // `exec` is evaluated only if everything before it holds.
    if (holds === undefined && result) state.undecidable ??= line;
    if (holds !== undefined && name === 'final') state.wantsFinal ||= outer;
    result &&= (holds ?? false) !== negated;
  }
  return result;
}

const withoutArgument: Readonly<Record<string, true>> = { all: true, final: true, canonical: true };

/** The criteria of `Match` that we can evaluate. */
const criteria: Readonly<Record<string, (state: State, patterns: string) => boolean>> = {
  all: () => true,
  final: ({ final }) => final,
  canonical: ({ final }) => final,
  host: (state, patterns) => matchesList(patterns, hostName(state)),
  originalhost: ({ query }, patterns) => matchesList(patterns, query.host),
  user: ({ query, values }, patterns) =>
    matchesList(patterns, query.user ?? values.get('user')?.words[0] ?? query.localUser),
  localuser: ({ query }, patterns) => matchesList(patterns, query.localUser),
};

/** The name to connect to, as far as it is known. */
export const hostName = ({ values, query }: Pick<ConfigValues, 'values'> & { readonly query: ConfigQuery }): string =>
  expandTokens(values.get('hostname')?.words[0] ?? query.host, { h: query.host }).toLowerCase();

const matchesList = (patterns: string, name: string): boolean =>
  matchesPatterns(patterns.toLowerCase().split(','), name);
