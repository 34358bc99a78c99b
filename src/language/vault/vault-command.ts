import { parseArgs } from 'node:util';
import type { Result } from '../../core/source.ts';
import { type CommandIo, tell } from '../config/command-io.ts';
import { loadConfig } from '../config/index.ts';
import type { VaultSecret } from './vault.ts';
import { VAULT_ACTIONS, type VaultAction, type VaultCall } from './vault-actions.ts';
import { secretsOf, VAULT_OPTIONS } from './vault-options.ts';

const OPTIONS = {
  ...VAULT_OPTIONS,
  output: { type: 'string' },
  'encrypt-vault-id': { type: 'string' },
  'new-vault-password-file': { type: 'string' },
  'new-vault-id': { type: 'string' },
  name: { type: 'string', short: 'n', multiple: true },
  'stdin-name': { type: 'string' },
  prompt: { type: 'boolean', short: 'p' },
  'show-input': { type: 'boolean' },
  verbose: { type: 'boolean', short: 'v', multiple: true },
  help: { type: 'boolean', short: 'h' },
} as const;

const USAGE = `usage: run vault create|decrypt|edit|view|encrypt|rekey [options] [FILE]...
       run vault encrypt_string [options] [-n NAME] [STRING]...

options:
  --vault-id LABEL@SOURCE           a password's vault id, and a file, script or "prompt" to have it from
  --vault-password-file FILE        a file with the password, or a script that prints it
  -J, --ask-vault-password          ask for the password
  --encrypt-vault-id LABEL          which of several to encrypt for
  --output FILE                     where to write (encrypt, decrypt, encrypt_string); - for standard output
  --new-vault-id, --new-vault-password-file   for rekey
  -n, --name NAME; --stdin-name NAME; -p, --prompt   for encrypt_string
`;

/** `run vault`: what ansible-vault does. Exit codes: 0, 1 where something fails, 2 and 5 for wrong options. */
export async function vaultCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const [name, ...rest] = argv;
  const parsed = parseOptions(rest);
  if (name === '--help' || name === '-h' || (parsed.ok && parsed.value.values.help)) {
    io.stdout.write(USAGE);
    return 0;
  }
  if (name === undefined || !Object.hasOwn(VAULT_ACTIONS, name)) {
    io.stderr.write(
      `${USAGE}run vault: error: ${name === undefined ? 'the following arguments are required: action' : `invalid choice: '${name}'`}\n`,
    );
    return name === undefined ? 2 : 5;
  }
  if (!parsed.ok) return tell(io, parsed.error, 2);
  const action = VAULT_ACTIONS[name as keyof typeof VAULT_ACTIONS];
  const call = await prepare(action, parsed.value, io);
  const done = call.ok ? await action.run(call.value) : call;
  return done.ok ? 0 : tell(io, done.error, done.error.some(({ code }) => code === 'vault-options') ? 5 : 1);
}

/** The options of the command line of `ansible-vault`. */
export type VaultValues = ReturnType<typeof parse>['values'];

const parse = (argv: readonly string[]) => parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });

function parseOptions(argv: readonly string[]): Result<ReturnType<typeof parse>> {
  try {
    return { ok: true, value: parse(argv) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS')) return wrong((error as Error).message);
    throw error;
  }
}

async function prepare(
  action: VaultAction,
  { values, positionals }: ReturnType<typeof parse>,
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

const wrong = (message: string): Result<never> => ({
  ok: false,
  error: [{ severity: 'error', code: 'vault-options', message }],
});
