/** The tokens of ssh_config, such as `%h`, by their letters. */
export type Tokens = Readonly<Record<string, string>>;

/** Replaces `%h` and its like; a token that is not given stays. */
export const expandTokens = (text: string, tokens: Tokens): string =>
  text.replace(/%(.)/g, (all, letter: string) => (letter === '%' ? '%' : (tokens[letter] ?? all)));

/** Replaces a leading `~`. */
export const expandHome = (path: string, home: string): string =>
  path === '~' || path.startsWith('~/') ? home + path.slice(1) : path;

/** Replaces `${NAME}` of the environment. */
export const expandEnvironment = (text: string, env: NodeJS.ProcessEnv): string =>
  text.replace(/\$\{(\w+)\}/g, (all, name: string) => env[name] ?? all);
