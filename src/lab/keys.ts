import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { state } from './paths.ts';
import { run, runScript } from './run-command.ts';

/** The key that the operator uses to log in to the lab's hosts. */
export const operatorKey = (): string => state('keys', 'operator');

/** The lab's host keys, as a known_hosts file for ssh. */
export const knownHostsFile = (): string => state('known_hosts');

/** One of the lab's key pairs, generated only once so that it stays the same when hosts are reset. */
export async function keyPair(name: string, comment: string): Promise<{ secret: string; public: string }> {
  mkdirSync(state('keys'), { recursive: true, mode: 0o700 });
  const file = state('keys', name);
  if (!existsSync(`${file}.pub`)) await run`ssh-keygen -q -t ed25519 -N ${''} -C ${comment} -f ${file}`;
  return { secret: readFileSync(file, 'utf8'), public: readFileSync(`${file}.pub`, 'utf8') };
}

/** A host's key, and a known_hosts line with its name and addresses. */
export async function hostKey(host: string, addresses: readonly string[]): Promise<{ secret: string; public: string }> {
  const pair = await keyPair(`host-${host}`, `root@${host}`);
  mkdirSync(state('known_hosts.d'), { recursive: true });
  const [type, key] = pair.public.split(' ');
  writeFileSync(state('known_hosts.d', host), `${[host, ...addresses].join(',')} ${type} ${key}\n`);
  return pair;
}

/** Combine the lines of all hosts into one file. */
export function writeKnownHosts(): void {
  const lines = readdirSync(state('known_hosts.d'))
    .sort()
    .map((host) => readFileSync(state('known_hosts.d', host), 'utf8'));
  writeFileSync(knownHostsFile(), lines.join(''));
}

/** The lab's certificate authority, which its hosts trust, and a certificate issued by it for each of the lab's own servers. */
export async function certificates(): Promise<void> {
  mkdirSync(state('keys'), { recursive: true, mode: 0o700 });
  if (existsSync(state('keys', 'free-exporters.pem'))) return;
  await runScript(certificateScript, [state('keys')]);
}

const certificateScript = `
cd "$1"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj '/CN=Retrace lab' \
  -addext keyUsage=critical,keyCertSign,cRLSign -keyout ca.key -out ca.pem 2>/dev/null
certificate() {
  name=$1; shift
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$name.key" -out "$name.csr" 2>/dev/null
  { printf 'subjectAltName='; printf 'DNS:%s,' "$@" | sed 's/,$//'; } >"$name.ext"
  openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -extfile "$name.ext" -out "$name.pem" 2>/dev/null
  rm "$name.csr" "$name.ext"
}
certificate acme acme.lab acme-staging.lab
certificate free-exporters free-exporters.openfoodfacts.org
`;
