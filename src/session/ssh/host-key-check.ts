import { appendFile, mkdir, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { quote } from '../../core/command.ts';
import type { SessionFailure } from '../../core/session.ts';
import {
  fingerprint,
  judgeHostKey,
  type KnownHost,
  type KnownHosts,
  keyType,
  knownTypes,
  parseKnownHosts,
  together,
} from './known-hosts.ts';
import type { SshTarget } from './target.ts';

/** The known keys of a host, for checking the one that it presents. */
export interface HostKeyCheck {
  /** The algorithms to request first, so that the host presents a known key. */
  readonly types: readonly string[];
  /** Resolves to undefined if the key is trusted. */
  judge(key: Buffer): Promise<SessionFailure | undefined>;
}

/** Read the known_hosts files of a target. */
export async function readHostKeyCheck(target: SshTarget): Promise<HostKeyCheck> {
  const known = together(await Promise.all(target.knownHostsFiles.map(readKnownHosts)));
  const name = target.hostKeyAlias ?? target.host;
  const port = target.hostKeyAlias ? 22 : target.port;
  return {
    types: knownTypes(known, name, port),
    judge: async (key) => judge(known, name, port, key, target),
  };
}

/**
 * Reads known_hosts files, each again only if it has changed: a run logs in to many hosts. `read` returns a file's text. A missing or
 * unreadable file contains no hosts.
 */
export function knownHostsReader(read: (file: string) => Promise<string>): (file: string) => Promise<KnownHosts> {
  const alreadyRead = new Map<string, { readonly was: string; readonly known: Promise<KnownHosts> }>();
  return async (file) => {
    try {
      const { ino, size, mtimeMs, ctimeMs } = await stat(file);
      const was = [ino, size, mtimeMs, ctimeMs].join(' ');
      const before = alreadyRead.get(file);
      if (before?.was === was) return await before.known;
      const known = read(file).then((text) => parseKnownHosts(text, file));
      alreadyRead.set(file, { was, known });
      return await known;
    } catch {
      alreadyRead.delete(file);
      return parseKnownHosts('', file);
    }
  };
}

const readKnownHosts = knownHostsReader((file) => readFile(file, 'utf8'));

function judge(
  known: KnownHosts,
  name: string,
  port: number,
  key: Buffer,
  target: SshTarget,
): SessionFailure | undefined | Promise<undefined> {
  const verdict = judgeHostKey(known, name, port, key);
  const shown = shownKey(key);
  switch (verdict.verdict) {
    case 'trusted':
      return undefined;
    case 'revoked':
      return {
        reason: 'host-key-changed',
        message: `${target.place}: presents ${shown}, which is revoked in ${verdict.by.at}`,
      };
    case 'changed':
      return {
        reason: 'host-key-changed',
        message: `${target.place}: presents ${shown}, but ${verdict.by.at} has ${fingerprint(verdict.by.key)}: either the host was reinstalled, or the connection is being intercepted`,
      };
    case 'unknown':
      // A host known by another key type is not unknown: an attacker in the middle would present a key of a new type.
      if (target.hostKeyChecking === 'off' && verdict.otherTypes.length === 0) return undefined;
      return target.hostKeyChecking === 'accept-new'
        ? accept(name, port, key, target)
        : unknown(name, port, key, target, verdict);
  }
}

function unknown(
  name: string,
  port: number,
  key: Buffer,
  target: SshTarget,
  { otherTypes, authority }: { readonly otherTypes: readonly KnownHost[]; readonly authority?: KnownHost },
): SessionFailure {
  const file = target.knownHostsFiles[0] ?? '~/.ssh/known_hosts';
  const message = `${target.place}: presents ${shownKey(key)}, which is not in ${target.knownHostsFiles.join(', ') || 'any known_hosts file'}`;
  if (authority)
    return {
      reason: 'unsupported',
      message: `${message}; ${authority.at} trusts a certificate authority, and ssh2 does not support host certificates`,
      hint: 'ansible_connection: openssh',
    };
  const [other] = otherTypes;
  return {
    reason: 'host-key-unknown',
    message: other ? `${message}; ${other.at} has its ${other.type} key` : message,
    hint: `compare the fingerprint, then: ${acceptCommand(name, port, key, target, file)}`,
  };
}

function acceptCommand(name: string, port: number, key: Buffer, target: SshTarget, file: string): string {
  const line = knownHostsLine(name, port, key);
  // A scan would reach another machine, or none, if the host is behind a jump host or has an alias.
  if (target.jump || target.proxyCommand || target.hostKeyAlias) return `echo ${quote(line)} >> ${quote(file)}`;
  const scanType = keyType(key)
    .replace(/^ssh-/, '')
    .replace(/^ecdsa-.*/, 'ecdsa');
  return `ssh-keyscan -t ${scanType} -p ${port} ${quote(target.host)} >> ${quote(file)}`;
}

async function accept(
  name: string,
  port: number,
  key: Buffer,
  { knownHostsFiles: [file] }: SshTarget,
): Promise<undefined> {
  if (!file) return;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await appendFile(file, `${knownHostsLine(name, port, key)}\n`, { mode: 0o600 });
}

const shownKey = (key: Buffer): string => `${keyType(key)} key ${fingerprint(key)}`;

const knownHostsLine = (name: string, port: number, key: Buffer): string =>
  `${port === 22 ? name : `[${name}]:${port}`} ${keyType(key)} ${key.toString('base64')}`;
