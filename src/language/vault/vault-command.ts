import { formatOptions, type OptionSpecs, type OptionValues, parseOptions } from '../../core/command-line.ts';
import type { Diagnostic, Result } from '../../core/source.ts';
import { type CommandIo, tell } from '../config/command-io.ts';
import { loadConfig } from '../config/index.ts';
import type { VaultSecret } from './vault.ts';
import { VAULT_ACTIONS, type VaultAction, type VaultCall } from './vault-actions.ts';
import { secretsOf, VAULT_OPTIONS } from './vault-options.ts';

const OPTIONS = {
  ...VAULT_OPTIONS,
  'encrypt-vault-id': { type: 'text', value: 'LABEL', help: 'which of several to encrypt for' },
  output: {
    type: 'path',
    value: 'FILE',
    help: 'where to write (encrypt, decrypt, encrypt_string); - for standard output',
  },
  'new-vault-password-file': { type: 'path', value: 'FILE', help: 'rekey: a file with the new password' },
  'new-vault-id': { type: 'text', value: 'LABEL@SOURCE', help: 'rekey: the new labelled password' },
  name: { type: 'text', short: 'n', value: 'NAME', many: true, help: 'encrypt_string: the name of the variable' },
  'stdin-name': { type: 'text', value: 'NAME', help: 'encrypt_string: the name for what is piped in' },
  prompt: { type: 'switch', short: 'p', help: 'encrypt_string: ask for the text' },
  'show-input': { type: 'switch', help: 'encrypt_string: show what is typed' },
  verbose: { type: 'switch', short: 'v', help: 'report more' },
  help: { type: 'switch', short: 'h', help: 'print this help' },
} as const satisfies OptionSpecs;

const USAGE = `usage: run vault create|decrypt|edit|view|encrypt|rekey [options] [FILE]...
       run vault encrypt_string [options] [-n NAME] [STRING]...

options:
${formatOptions(OPTIONS)}
`;

/** `run vault`: what ansible-vault does. Exit codes: 0, 1 where something fails; as ansible-vault 2 and 5 for wrong options. */
export async function vaultCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const [name, ...rest] = argv;
  const parsed = parseOptions(OPTIONS, rest);
  if (name === '--help' || name === '-h' || (parsed.ok && parsed.options.help)) {
    io.stdout.write(USAGE);
    return 0;
  }
  if (name === undefined || !Object.hasOwn(VAULT_ACTIONS, name)) {
    io.stderr.write(
      `${USAGE}run vault: error: ${name === undefined ? 'the following arguments are required: action' : `invalid choice: '${name}'`}\n`,
    );
    return usageError(io, name === undefined ? 2 : 5);
  }
  if (!parsed.ok) return tell(io, parsed.mistakes.flatMap(mistake), usageError(io, 2));
  const action = VAULT_ACTIONS[name as keyof typeof VAULT_ACTIONS];
  const call = await prepare(action, parsed.options, parsed.rest, io);
  const done = call.ok ? await action.run(call.value) : call;
  if (done.ok) return 0;
  return tell(io, done.error, done.error.some(({ code }) => code === 'vault-options') ? usageError(io, 5) : 1);
}

/** Scripts around Ansible know its codes; under our own name there is one. */
const usageError = ({ asAnsible }: CommandIo, code: number): number => (asAnsible === true ? code : 1);

const mistake = (message: string): readonly Diagnostic[] => [{ severity: 'error', code: 'vault-options', message }];

/** The options of the command line of `ansible-vault`. */
export type VaultValues = OptionValues<typeof OPTIONS>;

async function prepare(
  action: VaultAction,
  values: VaultValues,
  positionals: readonly string[],
  io: CommandIo,
): Promise<Result<VaultCall>> {
  if (action.files !== 'any' && values.output !== undefined && positionals.length > 1)
    return wrong('At most one input file may be used with the --output option');
  if (action.files === 'some' && positionals.length === 0)
    return wrong('ansible-vault needs at least one filename for this action');
  if (action.files === 'one' && positionals.length !== 1)
    return wrong('ansible-vault create can take only one filename argument');
  const { config, warnings } = loadConfig(io.env, io.cwd);
  const wrongSettings = warnings.filter(({ severity }) => severity === 'error');
  if (wrongSettings.length > 0) return { ok: false, error: wrongSettings };
  const secrets = await secretsOf(values, config, io, { prompt: true, isNew: action.encrypts });
  if (!secrets.ok) return secrets;
  const label = values['encrypt-vault-id'] ?? config.vaultEncryptIdentity;
  const encryptFor = action.needsEncryption ? secretToEncrypt(secrets.value, label) : undefined;
  if (encryptFor && !encryptFor.ok) return encryptFor;
  const call = { values, files: positionals, secrets: secrets.value, encryptFor: encryptFor?.value, label, config, io };
  return { ok: true, value: call };
}

function secretToEncrypt(secrets: readonly VaultSecret[], label: string | undefined): Result<VaultSecret> {
  const labels = [...new Set(secrets.map((secret) => secret.label))];
  if (label === undefined && labels.length > 1) {
    return wrong(
      `The vault-ids ${labels.join(',')} are available to encrypt. Specify the vault-id to encrypt with --encrypt-vault-id`,
    );
  }
  const secret = secrets.find((candidate) => label === undefined || candidate.label === label);
  return secret
    ? { ok: true, value: secret }
    : wrong(`Did not find a match for --encrypt-vault-id=${label} in the known vault-ids ${labels.join(', ')}`);
}

const wrong = (message: string): Result<never> => ({ ok: false, error: mistake(message) });
