import { type Content, decodeText, joined, type Script, script } from '../../../src/sdk.ts';

/** Variables that a client itself reads: one for a container with such a name must not change what the client does. */
export const isForClient = (name: string): boolean =>
  /^(?:PATH|HOME|TMPDIR|(?:LD|DOCKER|BUILDX|BUILDKIT|COMPOSE|SSH|XDG|CONTAINERS?|PODMAN|REGISTRY|GO)_.*)$/.test(name);

/** Variables for a container, as arguments of the client; no value is among the arguments. */
interface ClientEnvironment {
  readonly options: readonly string[];
  /** Wraps a call of the client, which reads the variables from a pipe. */
  readonly wrap: (call: Script) => Script;
}

/**
 * How a client gets variables for a container. It reads a file of lines, so values with line breaks are its own
 * variables instead.
 */
export function clientEnvironment(variables: readonly (readonly [string, string])[]): ClientEnvironment {
  const lines = variables.filter(([, value]) => !value.includes('\n'));
  const texts = variables.filter(([, value]) => value.includes('\n'));
  const exports = joined(
    texts.map(
      ([name, value]) => script`export ${name}=${value}
`,
    ),
    script``,
  );
  const options = texts.flatMap(([name]) => ['--env', name]);
  if (lines.length === 0) return { options, wrap: (call) => script`${exports}${call}` };
  const text = lines.map(([name, value]) => `${name}=${value}`).join('\n');
  return {
    options: ['--env-file', '/dev/fd/4', ...options],
    wrap: (call) => script`${exports}{ printf '%s\n' ${text} | { ${call}; } 4<&0 <&5; } 5<&0`,
  };
}

/** Entries of `NAME=value` texts. */
export const variablesIn = (list: readonly unknown[]): readonly (readonly [string, string])[] =>
  list.map(String).map((text) => {
    const sign = text.indexOf('=');
    return sign < 0 ? [text, ''] : [text.slice(0, sign), text.slice(sign + 1)];
  });

/** The variables in a file of lines `NAME=value`; none if there is no file. */
export const variablesInFile = (file: Content | undefined): readonly (readonly [string, string])[] =>
  file?.bytes === undefined
    ? []
    : variablesIn(
        decodeText(file.bytes)
          .split('\n')
          .map((line) => line.replace(/^\s+|\r$/g, ''))
          .filter((line) => line.includes('=') && !line.startsWith('#')),
      );
