import { randomBytes } from 'node:crypto';
import { quote } from '../core/command.ts';
import type { Become, Endpoint } from '../core/session.ts';
import type { Prompt } from './start-shell.ts';
import { throughPipes } from './through-pipes.ts';

/** What lies between a login and the shell that is wanted: containers to enter, users to become. */
interface Layers {
  /** The endpoint that is logged in to. */
  readonly login: Endpoint;
  /** Puts a command line into all layers. */
  readonly wrap: (commandLine: string) => string;
  readonly prompts: readonly Prompt[];
  /** Which layer to name when no shell comes: the innermost. */
  readonly innermost: 'login' | 'pct' | 'become';
}

/** Takes an endpoint apart into the login and the layers upon it. */
export function layersOf(endpoint: Endpoint): Layers {
  const { become } = endpoint;
  const base =
    endpoint.connection === 'pct'
      ? enterContainer(endpoint)
      : { login: endpoint, wrap: same, prompts: [], innermost: 'login' as const };
  if (!become) return base;
  const { wrap, prompts } = becomeUser(become);
  return {
    login: base.login,
    wrap: (line) => base.wrap(wrap(line)),
    prompts: [...base.prompts, ...prompts],
    innermost: 'become',
  };
}

function enterContainer({ name, settings = {}, via }: Endpoint): Layers {
  const { id } = settings;
  if (via === undefined || id === undefined) throw new Error(`${name} has connection pct but no container`);
  const node = layersOf(via);
  const enter = (line: string) => `exec pct exec ${quote(id)} -- /bin/sh -c ${quote(line)}`;
  return { ...node, wrap: (line) => node.wrap(enter(line)), innermost: 'pct' };
}

function becomeUser(become: Become): Pick<Layers, 'wrap' | 'prompts'> {
  const { user, password, flags, exe = become.method } = become;
  const piped = (line: string) => (user === 'root' ? line : throughPipes(line));
  const shell = (line: string) => `/bin/sh -c ${quote(line)}`;
  switch (become.method) {
    case 'sudo': {
      // Random, so that nothing a login prints is taken for the question.
      const text = `[sudo ${randomBytes(8).toString('hex')}]`;
      const all = sudoFlags(flags ?? '-H -S -n', password !== undefined);
      // Untranslated, so that what it says can be explained, and in the locale that the login has, which sudo hands on.
      return {
        wrap: (line) =>
          `exec env LANGUAGE=C ${exe} ${all} -p ${quote(text)} -u ${quote(user)} -- ${shell(throughShell(all) ? withoutDollar(piped(line)) : piped(line))}`,
        prompts: [{ text, password }],
      };
    }
    case 'su':
      return {
        wrap: (line) =>
          `LANGUAGE=C exec ${exe} ${flags ?? ''} ${quote(user)} -c ${quote(`exec ${shell(piped(line))}`)}`,
        prompts: [{ text: 'Password: ', password }],
      };
    case 'doas':
      // doas reads a password from a terminal only; -n makes it say so instead of waiting.
      return { wrap: (line) => `exec ${exe} -n ${flags ?? ''} -u ${quote(user)} ${shell(piped(line))}`, prompts: [] };
    default:
      throw new Error(`become method ${become.method}`);
  }
}

/** With a password sudo may ask for it (no -n), and reads it from stdin (-S). */
function sudoFlags(flags: string, hasPassword: boolean): string {
  const words = flags
    .split(/\s+/)
    .filter((word) => word && !(hasPassword && (word === '-n' || word === '--non-interactive')));
  return (words.includes('-S') ? words : [...words, '-S']).join(' ');
}

/** Whether sudo starts the user's own shell (`-i`, `-s`) with the command: it then escapes every special character but `$`. */
const throughShell = (flags: string): boolean =>
  flags.split(' ').some((word) => word === '--login' || word === '--shell' || /^-[A-Za-z]*[is]/.test(word));

/** The same for `/bin/sh -c`, without any `$`, and without characters that are special inside the quotes that this needs. */
const withoutDollar = (line: string): string =>
  `eval "\`printf %b '${line.replace(/[$"'\\`]/g, (it) => `\\0${it.charCodeAt(0).toString(8).padStart(3, '0')}`)}'\`"`;

const same = (line: string): string => line;
