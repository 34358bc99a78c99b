import { resolve } from 'node:path';
import type { Result } from '../../core/source.ts';
import { readStdin } from '../config/command-io.ts';
import { writePrivately } from './private-files.ts';
import { encryptVault, type VaultSecret } from './vault.ts';
import type { VaultCall } from './vault-call.ts';

interface Plain {
  readonly name?: string;
  readonly text: string;
  /** Where the text comes from, for messages. */
  readonly from: string;
}

/** `encrypt_string`: prints strings as inline `!vault` values, each under its name. */
export async function encryptStrings(call: VaultCall): Promise<Result<void>> {
  const { io, values } = call;
  const plains = await collect(call);
  const empty = plains.find(({ text }) => text === '');
  if (empty)
    return {
      ok: false,
      error: [{ severity: 'error', code: 'vault-options', message: 'the string to encrypt is empty' }],
    };
  const shown = plains.map((plain, index) => {
    if (plains.length > 1) io.stderr.write(heading(plain, index));
    return inlineVault(encryptVault(plain.text, call.encryptFor as VaultSecret), plain.name);
  });
  const text = `${shown.join('\n')}\n`;
  if (values.output === undefined || values.output === '-') io.stdout.write(text);
  else writePrivately(resolve(io.cwd, values.output), Buffer.from(text));
  if (io.isTTY) io.stderr.write('Encryption successful\n');
  return { ok: true, value: undefined };
}

async function collect({ io, values, files: args }: VaultCall): Promise<readonly Plain[]> {
  const texts = args.filter((arg) => arg !== '-');
  const names = values.name ?? [];
  const typed = values.prompt ? [await promptFor(io, names[0])] : [];
  const isPiped = args.includes('-') || values['stdin-name'] !== undefined || (args.length === 0 && !values.prompt);
  // A single name with no string of its own names the piped text, which ansible-vault leaves unnamed.
  const alone = args.every((arg) => arg === '-') && !values.prompt && names.length === 1 ? names[0] : undefined;
  const piped = isPiped
    ? [{ name: values['stdin-name'] ?? alone, text: (await readStdin(io)).toString('utf8'), from: 'stdin' }]
    : [];
  const free = values.prompt ? names.slice(1) : names;
  return [
    ...typed,
    ...piped,
    ...texts.map((text, index) => ({ name: free[index], text, from: 'the command line args' })),
  ];
}

async function promptFor(io: VaultCall['io'], name: string | undefined): Promise<Plain> {
  const text = await io.askSecret('String to encrypt (hidden): ');
  return { ...(name !== undefined && { name }), text, from: 'the interactive prompt' };
}

const heading = ({ name, from }: Plain, index: number): string =>
  `# The encrypted version of ${name === undefined ? 'the string' : `variable ("${name}", the string`} #${index + 1} from ${from}${name === undefined ? '' : ')'}.\n`;

const INDENT = ' '.repeat(10);

function inlineVault(envelope: string, name: string | undefined): string {
  const lines = envelope.trimEnd().split('\n');
  return `${name === undefined ? '' : `${name}: `}!vault |\n${lines.map((line) => INDENT + line).join('\n')}`;
}
