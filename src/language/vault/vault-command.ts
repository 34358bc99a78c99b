import type { Diagnostic, Result } from '../../core/source.ts';
import { type CommandIo, tell } from '../config/command-io.ts';
import { loadConfig } from '../config/index.ts';
import type { VaultSecret } from './vault.ts';
import { VAULT_ACTIONS, type VaultAction } from './vault-actions.ts';
import type { VaultCall } from './vault-call.ts';
import { secretsOf, type VaultLine } from './vault-options.ts';

/**
 * `run vault`, which does what ansible-vault does. Exit codes: 0; 1 on failure; under the name ansible-vault, 2 and 5 for wrong options.
 */
export async function vaultCommand({ options, rest: [name, ...files] }: VaultLine, io: CommandIo): Promise<number> {
  const action = isAction(name) ? VAULT_ACTIONS[name] : undefined;
  if (action === undefined)
    return name === undefined
      ? tell(io, mistake('the following arguments are required: action'), usageError(io, 2))
      : tell(io, mistake(`invalid choice: '${name}'`), usageError(io, 5));
  const call = await prepare(action, options, files, io);
  const done = call.ok ? await action.run(call.value) : call;
  if (done.ok) return 0;
  return tell(io, done.error, done.error.some(({ code }) => code === 'vault-options') ? usageError(io, 5) : 1);
}

const isAction = (name: string | undefined): name is keyof typeof VAULT_ACTIONS =>
  name !== undefined && Object.hasOwn(VAULT_ACTIONS, name);

/** Scripts that call ansible-vault rely on its exit codes; under our own name there is only one. */
const usageError = ({ asAnsible }: CommandIo, code: number): number => (asAnsible === true ? code : 1);

const mistake = (message: string): readonly Diagnostic[] => [{ severity: 'error', code: 'vault-options', message }];

async function prepare(
  action: VaultAction,
  values: VaultLine['options'],
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
