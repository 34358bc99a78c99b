import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { nothingGiven } from '../../core/command-line.ts';
import type { Result } from '../../core/source.ts';
import { type CommandIo, readStdin } from '../config/command-io.ts';
import { editPrivately } from './edit-privately.ts';
import { encryptStrings } from './encrypt-strings.ts';
import { isEnvelope } from './envelope.ts';
import { writePrivately } from './private-files.ts';
import { encryptVault, openVault, type VaultSecret } from './vault.ts';
import type { VaultCall } from './vault-call.ts';
import { secretsOf, VAULT_OPTIONS } from './vault-options.ts';

/** An action of `run vault`. */
export interface VaultAction {
  /** Whether its passwords are for new secrets, so that typed ones are asked for twice. */
  readonly encrypts: boolean;
  readonly needsEncryption: boolean;
  /** How many files it takes; `any` if its arguments are not files. */
  readonly files: 'one' | 'some' | 'stdin' | 'any';
  readonly run: (call: VaultCall) => Promise<Result<void>>;
}

/** The actions by name. */
export const VAULT_ACTIONS = {
  encrypt: { encrypts: true, needsEncryption: true, files: 'stdin', run: encrypt },
  decrypt: { encrypts: false, needsEncryption: false, files: 'stdin', run: decrypt },
  view: { encrypts: false, needsEncryption: false, files: 'some', run: view },
  create: { encrypts: true, needsEncryption: true, files: 'one', run: create },
  edit: { encrypts: false, needsEncryption: false, files: 'some', run: (call) => eachFile(call, edit) },
  rekey: { encrypts: false, needsEncryption: false, files: 'some', run: rekey },
  encrypt_string: { encrypts: true, needsEncryption: true, files: 'any', run: encryptStrings },
} as const satisfies Readonly<Record<string, VaultAction>>;

const DONE: Result<void> = { ok: true, value: undefined };

async function encrypt(call: VaultCall): Promise<Result<void>> {
  const done = await eachInput(call, (bytes) =>
    isEnvelope(bytes.toString('utf8'))
      ? failed('input is already encrypted')
      : { ok: true, value: Buffer.from(encryptVault(bytes, call.encryptFor as VaultSecret)) },
  );
  return announce(call, done, 'Encryption successful');
}

async function decrypt(call: VaultCall): Promise<Result<void>> {
  const done = await eachInput(call, (bytes, file) => {
    const opened = opening(call, bytes, file);
    return opened.ok ? { ok: true, value: opened.value.plaintext } : opened;
  });
  return announce(call, done, 'Decryption successful');
}

async function view(call: VaultCall): Promise<Result<void>> {
  return eachFile(call, async (file) => {
    const bytes = readInput(file);
    const opened = bytes.ok ? opening(call, bytes.value, file) : bytes;
    if (!opened.ok) return opened;
    call.io.stdout.write(opened.value.plaintext);
    return DONE;
  });
}

async function create(call: VaultCall): Promise<Result<void>> {
  return eachFile(call, async (file) => {
    if (existsSync(file)) return failed(`${call.files[0]} exists, please use 'edit' instead`);
    const edited = await editPrivately(Buffer.alloc(0), basename(file), call.io.env);
    if (!edited.ok) return edited;
    mkdirSync(dirname(file), { recursive: true });
    writePrivately(file, Buffer.from(encryptVault(edited.value, call.encryptFor as VaultSecret)));
    return DONE;
  });
}

async function edit(file: string, call: VaultCall): Promise<Result<void>> {
  const bytes = readInput(file);
  const opened = bytes.ok ? opening(call, bytes.value, file) : bytes;
  if (!opened.ok) return opened;
  const { plaintext, secret } = opened.value;
  const target = call.label === undefined ? secret : call.secrets.find(({ label }) => label === call.label);
  if (!target) return failed(`Did not find a match for --encrypt-vault-id=${call.label} in the known vault-ids`);
  const edited = await editPrivately(plaintext, basename(file), call.io.env);
  if (!edited.ok) return edited;
  const unchanged = edited.value.equals(plaintext) && target.label === secret.label;
  if (!unchanged) writePrivately(file, Buffer.from(encryptVault(edited.value, target)));
  return DONE;
}

async function rekey(call: VaultCall): Promise<Result<void>> {
  const { values, io, config } = call;
  const given = {
    ...nothingGiven(VAULT_OPTIONS),
    ...(values['new-vault-id'] !== undefined && { 'vault-id': [values['new-vault-id']] }),
    ...(values['new-vault-password-file'] !== undefined && {
      'vault-password-file': [values['new-vault-password-file']],
    }),
  };
  // The configured passwords are the old ones.
  const none = { ...config, vaultIdentityList: [], vaultPasswordFile: undefined, askVaultPass: false };
  const fresh = await secretsOf(given, none, io, { prompt: true, isNew: true });
  if (!fresh.ok) return fresh;
  const done = await eachFile(call, async (file) => {
    const bytes = readInput(file);
    const opened = bytes.ok ? opening(call, bytes.value, file) : bytes;
    if (!opened.ok) return opened;
    writePrivately(file, Buffer.from(encryptVault(opened.value.plaintext, fresh.value[0] as VaultSecret)));
    return DONE;
  });
  if (done.ok) io.stderr.write('Rekey successful\n');
  return done;
}

async function eachFile(
  call: VaultCall,
  act: (file: string, call: VaultCall) => Promise<Result<void>>,
): Promise<Result<void>> {
  for (const file of call.files) {
    const done = await act(resolve(call.io.cwd, file), call);
    if (!done.ok) return done;
  }
  return DONE;
}

/** Applies a function to each file, or to standard input, and writes the result back or to `--output`. */
async function eachInput(
  call: VaultCall,
  change: (bytes: Buffer, file: string) => Result<Buffer>,
): Promise<Result<void>> {
  const { io, values } = call;
  const inputs = call.files.length === 0 ? ['-'] : call.files;
  for (const input of inputs) {
    const file = input === '-' ? '-' : resolve(io.cwd, input);
    const bytes: Result<Buffer> = file === '-' ? { ok: true, value: await readStdin(io) } : readInput(file);
    const changed = bytes.ok ? change(bytes.value, file) : bytes;
    if (!changed.ok) return changed;
    writeOutput(io, values.output ?? file, changed.value);
  }
  return DONE;
}

function writeOutput(io: CommandIo, target: string, bytes: Buffer): void {
  if (target === '-') io.stdout.write(bytes);
  // As in ansible-vault, encrypted text may be world-readable, but decrypted text may not.
  else writePrivately(resolve(io.cwd, target), bytes, 'owner');
}

function opening({ secrets }: VaultCall, bytes: Buffer, file: string) {
  const text = bytes.toString('utf8');
  const at = { file, line: 1, column: 1 };
  return isEnvelope(text)
    ? openVault(text, secrets, at)
    : failed(`input is not vault encrypted data. ${file} is not a vault encrypted file for ${file}`);
}

function readInput(file: string): Result<Buffer> {
  try {
    return { ok: true, value: readFileSync(file) };
  } catch (error) {
    return failed(`Unable to read source file (${file}): ${(error as Error).message}`);
  }
}

// As in ansible-vault, the message is for people and is not written to pipes.
function announce({ io }: VaultCall, done: Result<void>, message: string): Result<void> {
  if (done.ok && io.isTTY) io.stderr.write(`${message}\n`);
  return done;
}

const failed = (message: string): Result<never> => ({
  ok: false,
  error: [{ severity: 'error', code: 'vault', message }],
});
