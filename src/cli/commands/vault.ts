import { VAULT_COMMAND_OPTIONS } from '../../language/vault/vault-options.ts';
import { defineCommand } from '../command.ts';

/** `run vault`, and `ansible-vault`. */
export const vault = defineCommand({
  name: 'vault',
  usage: [
    'create|decrypt|edit|view|encrypt|rekey [options] [FILE]...',
    'encrypt_string [options] [-n NAME] [STRING]...',
  ],
  summary: 'read and write secrets encrypted with Ansible Vault',
  about: 'Reads and writes secrets encrypted with Ansible Vault, as ansible-vault does.',
  options: VAULT_COMMAND_OPTIONS,
  words: { what: 'action', least: 1, most: Number.POSITIVE_INFINITY },
  first: ['create', 'view', 'edit', 'encrypt', 'decrypt', 'rekey', 'encrypt_string'],
  ansible: { name: 'ansible-vault', usageError: 2 },
  run: async (line, io) => (await import('../../language/vault/vault-command.ts')).vaultCommand(line, io),
});
