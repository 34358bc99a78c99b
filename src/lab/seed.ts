import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { knownAs, type LabHost, resolver } from './hosts.ts';
import { hostKey, keyPair } from './keys.ts';

/** A file that a host has before its first boot. */
interface SeedFile {
  readonly path: string;
  readonly content: string;
  readonly mode?: number;
}

/** Add to a host's image the files specific to this host: its name, its keys, who may log in. */
export async function seed(host: LabHost, root: string): Promise<void> {
  const operator = await keyPair('operator', 'operator@retrace-lab');
  const own = await hostKey(host.name, knownAs(host));
  for (const file of [...common(host.name, operator.public), ...hostKeyFiles(own)]) write(root, file);
}

/** The files that every lab host gets, containers included. */
const common = (name: string, authorizedKey: string): readonly SeedFile[] => [
  { path: '/etc/hostname', content: `${name}\n` },
  {
    path: '/etc/hosts',
    content: `127.0.0.1\tlocalhost\n127.0.1.1\t${name}.openfoodfacts.org ${name}\n::1\tlocalhost ip6-localhost ip6-loopback\n`,
  },
  { path: '/etc/resolv.conf', content: `search openfoodfacts.org\nnameserver ${resolver}\n` },
  { path: '/root/.ssh/authorized_keys', content: authorizedKey, mode: 0o600 },
];

/** A host key in the files that sshd expects. */
const hostKeyFiles = (pair: { secret: string; public: string }): readonly SeedFile[] => [
  { path: '/etc/ssh/ssh_host_ed25519_key', content: pair.secret, mode: 0o600 },
  { path: '/etc/ssh/ssh_host_ed25519_key.pub', content: pair.public },
];

function write(root: string, { path, content, mode = 0o644 }: SeedFile): void {
  const file = join(root, path);
  // Directories of the upper layer hide the modes of those below, and root's directory is private.
  mkdirSync(dirname(file), { recursive: true, mode: path.startsWith('/root/') ? 0o700 : 0o755 });
  rmSync(file, { force: true });
  writeFileSync(file, content, { mode });
  chmodSync(file, mode);
}
