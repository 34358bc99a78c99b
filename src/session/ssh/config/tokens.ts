/** The tokens of ssh_config, such as `%h`, by letter. */
export type Tokens = Readonly<Record<string, string>>;

/** Expand `%h` and the like; unknown tokens stay. */
export const expandTokens = (text: string, tokens: Tokens): string =>
  text.replace(/%(.)/g, (all, letter: string) => (letter === '%' ? '%' : (tokens[letter] ?? all)));

/** Expand a leading `~`. */
export const expandHome = (path: string, home: string): string =>
  path === '~' || path.startsWith('~/') ? home + path.slice(1) : path;

/** Expand `${NAME}` from the environment. */
export const expandEnvironment = (text: string, env: NodeJS.ProcessEnv): string =>
  text.replace(/\$\{(\w+)\}/g, (all, name: string) => env[name] ?? all);
