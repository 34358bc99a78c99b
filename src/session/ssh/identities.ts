import { access, readFile } from 'node:fs/promises';
import type { AnyAuthMethod, BaseAgent, OpenSSHAgent, ParsedKey } from 'ssh2';
import type { SshTarget } from './target.ts';

/** What there is to log in with, in the order in which it is tried, and what could not be used. */
export interface Identities {
  readonly methods: readonly Method[];
  readonly unusable: readonly string[];
}

/** One attempt to log in: for the server, and by its name in messages. */
export interface Method {
  readonly shown: string;
  readonly auth: AnyAuthMethod;
}

type Ssh2 = typeof import('ssh2');

/** Collects keys, the agent and the password of a target. */
export async function collectIdentities(ssh2: Ssh2, target: SshTarget): Promise<Identities> {
  const keys = (await Promise.all(target.identityFiles.map((file) => readKey(ssh2, file, target)))).flat();
  const unusable = keys.flatMap((key) => ('unusable' in key ? [key.unusable] : []));
  const files = keys.flatMap((key) => ('auth' in key ? [key] : []));
  const agent = await agentMethods(ssh2, target);
  const methods = target.identityFilesAsked ? [...files, ...agent] : [...agent, ...files];
  return { methods: [...methods, ...passwordMethods(target)], unusable };
}

async function readKey(ssh2: Ssh2, file: string, target: SshTarget): Promise<(Method | { unusable: string })[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return target.identityFilesAsked ? [{ unusable: `${file}: ${(error as Error).message}` }] : [];
  }
  const key = ssh2.utils.parseKey(text);
  if (key instanceof Error)
    return (await exists(`${file}.pub`)) && target.agent ? [] : [{ unusable: unusable(file, key) }];
  return [{ shown: file, auth: { type: 'publickey', username: target.user, key: Array.isArray(key) ? key[0] : key } }];
}

const unusable = (file: string, { message }: Error): string =>
  message.includes('passphrase') ? `${file} is encrypted: add it to an ssh-agent with ssh-add` : `${file}: ${message}`;

async function agentMethods(ssh2: Ssh2, target: SshTarget): Promise<Method[]> {
  if (!target.agent) return [];
  const agent = target.identitiesOnly
    ? restrictedAgent(ssh2, target.agent, await publicKeys(ssh2, target.identityFiles))
    : ssh2.createAgent(target.agent);
  return [{ shown: `agent ${target.agent}`, auth: { type: 'agent', username: target.user, agent } }];
}

/** The agent, with only those of its keys that somebody asked for. */
function restrictedAgent(ssh2: Ssh2, socket: string, only: readonly Buffer[]): BaseAgent {
  class RestrictedAgent extends ssh2.OpenSSHAgent {
    override getIdentities(done: Parameters<OpenSSHAgent['getIdentities']>[0]): void {
      const isWanted = (key: ParsedKey) => only.some((wanted) => wanted.equals(publicBlob(key)));
      // What OpenSSH's agent gives are parsed keys, whatever the types allow.
      super.getIdentities((error, keys) => done(error, (keys as ParsedKey[] | undefined)?.filter(isWanted)));
    }
  }
  // Its types are narrower than those of the class that it extends.
  return new RestrictedAgent(socket) as BaseAgent;
}

async function publicKeys(ssh2: Ssh2, files: readonly string[]): Promise<readonly Buffer[]> {
  const texts = await Promise.all(
    files.flatMap((file) => [`${file}.pub`, file]).map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  return texts.flatMap((text) => {
    const key = ssh2.utils.parseKey(text);
    return key instanceof Error ? [] : [publicBlob(key)];
  });
}

// The types say that getPublicSSH may return text; it returns a Buffer.
const publicBlob = (key: ParsedKey): Buffer => Buffer.from(key.getPublicSSH());

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
