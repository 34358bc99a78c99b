import { access, readFile, stat } from 'node:fs/promises';
import type { AnyAuthMethod } from 'ssh2';
import { showMode } from '../../core/mode.ts';
import { agentAt, publicBlob, type TargetAgent } from './agent.ts';
import type { SshTarget } from './target.ts';

/** The available login methods, in the order of attempts, and what could not be used. */
export interface Identities {
  readonly methods: readonly Method[];
  readonly unusable: readonly string[];
  /** The agent, if it is one of the methods. */
  readonly agent?: TargetAgent;
}

/** One login attempt: what ssh2 sends, and its name in messages. */
export interface Method {
  readonly shown: string;
  readonly auth: AnyAuthMethod;
}

type Ssh2 = typeof import('ssh2');

/** Collect the keys, agent and password for a target. */
export async function collectIdentities(ssh2: Ssh2, target: SshTarget): Promise<Identities> {
  const keys = (await Promise.all(target.identityFiles.map((file) => readKey(ssh2, file, target)))).flat();
  const unusable = keys.flatMap((key) => ('unusable' in key ? [key.unusable] : []));
  const files = keys.flatMap((key) => ('auth' in key ? [key] : []));
  const agent = await agentOf(ssh2, target);
  const agents = agent === undefined ? [] : [agentMethod(agent, target)];
  const methods = target.identityFilesAsked ? [...files, ...agents] : [...agents, ...files];
  return { methods: [...methods, ...passwordMethods(target)], unusable, ...(agent && { agent }) };
}

async function readKey(ssh2: Ssh2, file: string, target: SshTarget): Promise<(Method | { unusable: string })[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return target.identityFilesAsked ? [{ unusable: `${file}: ${(error as Error).message}` }] : [];
  }
  const open = await openToOthers(file, text);
  if (open !== undefined) return [{ unusable: open }];
  const key = ssh2.utils.parseKey(text);
  if (key instanceof Error)
    return (await exists(`${file}.pub`)) && target.agent ? [] : [{ unusable: unusable(file, key) }];
  return [{ shown: file, auth: { type: 'publickey', username: target.user, key: Array.isArray(key) ? key[0] : key } }];
}

const unusable = (file: string, { message }: Error): string =>
  message.includes('passphrase') ? `${file} is encrypted: add it to an ssh-agent with ssh-add` : `${file}: ${message}`;

/** A private key that others can read counts as compromised: ssh does not accept it either. */
async function openToOthers(file: string, text: string): Promise<string | undefined> {
  if (!text.includes('PRIVATE KEY')) return undefined;
  const { uid, mode } = await stat(file);
  if (uid !== process.getuid?.() || (mode & 0o077) === 0) return undefined;
  return `${file} is not used, because others may read it (mode ${showMode(mode & 0o7777)}): chmod 600 ${file}`;
}

async function agentOf(ssh2: Ssh2, target: SshTarget): Promise<TargetAgent | undefined> {
  if (!target.agent) return undefined;
  const only = target.identitiesOnly ? await publicKeys(ssh2, target.identityFiles) : undefined;
  return agentAt(ssh2, target.agent, { only, namingMs: Math.min(5000, target.connectTimeoutMs / 2) });
}

const agentMethod = ({ auth }: TargetAgent, { agent, user }: SshTarget): Method => ({
  shown: `agent ${agent}`,
  auth: { type: 'agent', username: user, agent: auth },
});

async function publicKeys(ssh2: Ssh2, files: readonly string[]): Promise<readonly Buffer[]> {
  const texts = await Promise.all(
    files.flatMap((file) => [`${file}.pub`, file]).map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  return texts.flatMap((text) => {
    const key = ssh2.utils.parseKey(text);
    return key instanceof Error ? [] : [publicBlob(key)];
  });
}

function passwordMethods({ user, password }: SshTarget): Method[] {
  if (password === undefined) return [];
  return [
    { shown: 'password', auth: { type: 'password', username: user, password } },
    {
      shown: 'keyboard-interactive with the password',
      auth: {
        type: 'keyboard-interactive',
        username: user,
        prompt: (_name, _instructions, _language, prompts, finish) => finish(prompts.map(() => password)),
      },
    },
  ];
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
