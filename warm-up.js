// Lets a program that was just built run once, so that what V8 compiles for it is kept beside it.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ssh2 from 'ssh2';

const labVault = ['--vault-id', 'lab@inventory/lab-vault-password'];

/** Load and check playbooks, over an ssh server of our own that lives as long as this takes; nothing is changed anywhere. */
export async function warmUp(program) {
  const folder = mkdtempSync(join(tmpdir(), 'retrace-build-'));
  // Not ed25519: of those that ssh2 makes it cannot read one in some three hundred.
  const hostKey = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const userKey = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const clients = new Set();
  const server = shellServer(hostKey.private, userKey.public, clients);
  try {
    await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address();
    writeFileSync(join(folder, 'key'), userKey.private, { mode: 0o600 });
    writeFileSync(join(folder, 'known_hosts'), `[127.0.0.1]:${port} ${hostKey.public}\n`);
    const vars = {
      ansible_host: '127.0.0.1',
      ansible_port: port,
      ansible_user: 'build',
      ansible_ssh_private_key_file: join(folder, 'key'),
      retrace_known_hosts: join(folder, 'known_hosts'),
    };
    writeFileSync(join(folder, 'inventory.yaml'), JSON.stringify({ all: { hosts: { warm: vars } } }));
    for (const words of [
      ['--syntax-check', 'playbooks/off1-proxy.yaml', '-i', 'inventory/lab.yaml', ...labVault],
      ['--check', 'test/bench/play.yaml', '-i', join(folder, 'inventory.yaml')],
      ['history'],
    ])
      await promisify(execFile)(process.execPath, [program, ...words], {
        env: { PATH: process.env.PATH, HOME: folder, RETRACE_KEEP_COMPILED: '1' },
        timeout: 60_000,
      }).catch(tolerateDrift);
  } finally {
    server.close();
    for (const client of clients) client.end(); // a program that was stopped may have left a shell that waits for it
    rmSync(folder, { recursive: true, force: true });
  }
}

// A check that finds this machine unlike what the playbook describes ends with 2, as it should.
function tolerateDrift(error) {
  if (error.code !== 2) throw error;
}

/** An ssh server that lets in who has the key, and runs what it is told in a shell. */
function shellServer(hostKey, userKey, clients) {
  const allowed = ssh2.utils.parseKey(userKey).getPublicSSH();
  return new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
    clients.add(client);
    client.on('error', () => {});
    client.on('close', () => clients.delete(client));
    client.on('authentication', (asked) => {
      const isOurs = asked.method === 'publickey' && asked.key.data.equals(allowed);
      const isSigned =
        asked.signature && ssh2.utils.parseKey(userKey).verify(asked.blob, asked.signature, asked.hashAlgo);
      return isOurs && (!asked.signature || isSigned === true) ? asked.accept() : asked.reject(['publickey']);
    });
    client.on('session', (accept) =>
      accept().on('exec', (acceptExec, _refuse, { command }) => serve(acceptExec(), command)),
    );
  });
}

function serve(channel, command) {
  const shell = spawn('/bin/sh', ['-c', command]);
  channel.pipe(shell.stdin);
  shell.stdout.pipe(channel, { end: false });
  shell.stderr.pipe(channel.stderr, { end: false });
  channel.on('close', () => shell.kill());
  shell.on('close', (code) => {
    channel.exit(code ?? 1);
    channel.end();
  });
}
