import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Connector, Endpoint } from '../../../src/core/session.ts';
import { createConnector } from '../../../src/session/index.ts';
import { generateKey, type Sshd, startSshd } from '../sshd.ts';
import { makeUser, mayMakeUsers, type TestUser } from '../test-user.ts';

let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd.stop());

const endpoint = (more: Partial<Endpoint> = {}): Endpoint => ({
  name: 'web',
  connection: 'ssh',
  address: '127.0.0.1',
  port: sshd.port,
  user: 'root',
  knownHostsFiles: [sshd.knownHosts],
  ...more,
});

function connect(env: NodeJS.ProcessEnv = {}): Connector {
  const connector = createConnector({ env: { HOME: sshd.folder, PATH: process.env.PATH, ...env } });
  onTestFinished(() => connector.close());
  return connector;
}

/** A key that sshd accepts; deleted after the test. */
function acceptedKey(type: string, passphrase = ''): string {
  const file = join(sshd.folder, `key_${Math.random()}`);
  generateKey(file, type, passphrase);
  appendFileSync(join(sshd.folder, 'authorized_keys'), readFileSync(`${file}.pub`));
  onTestFinished(() => rmSync(file));
  return file;
}

/** Starts an ssh-agent with these keys. */
async function agentWith(...keys: string[]): Promise<string> {
  const socket = join(sshd.folder, `agent_${Math.random()}`);
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void agent.kill());
  await once(agent.stdout, 'data');
  for (const key of keys)
    execFileSync('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' });
  return socket;
}

const home = (name: string): string => {
  const folder = join(sshd.folder, name);
  mkdirSync(join(folder, '.ssh'), { recursive: true });
  return folder;
};

describe('authentication', { timeout: 20_000 }, () => {
  test.for(['ed25519', 'ecdsa', 'rsa'])('accepts an %s key', async (type) => {
    const opened = await connect().open(endpoint({ privateKeyFile: acceptedKey(type) }));

    expect(opened.ok || opened.failure).toBe(true);
  });

  test('finds ~/.ssh/id_ed25519', async () => {
    copyFileSync(acceptedKey('ed25519'), join(home('usual'), '.ssh/id_ed25519'));

    const opened = await connect({ HOME: home('usual') }).open(endpoint());

    expect(opened.ok || opened.failure).toBe(true);
  });

  test('uses the agent', async () => {
    const socket = await agentWith(acceptedKey('ed25519'));

    const opened = await connect({ SSH_AUTH_SOCK: socket, HOME: home('empty') }).open(endpoint());

    expect(opened.ok || opened.failure).toBe(true);
  });

  test('continues without an agent that no longer exists', async () => {
    const opened = await connect({ SSH_AUTH_SOCK: '/no/agent' }).open(
      endpoint({ privateKeyFile: acceptedKey('ed25519') }),
    );

    expect(opened.ok || opened.failure).toBe(true);
  });

  test('minor of X: reports an agent that no longer exists', async () => {
    const opened = await connect({ SSH_AUTH_SOCK: '/no/agent', HOME: home('empty') }).open(endpoint());

    expect(opened).toMatchObject({
      ok: false,
      failure: {
        reason: 'authentication',
        message: expect.stringMatching(
          /as root: there is no key, agent or password to log in with; the ssh-agent at \/no\/agent does not answer$/,
        ),
      },
    });
  });

  test('minor of X: continues without an unresponsive agent, and leaves no connection to it', async () => {
    const socket = join(sshd.folder, `mute_${Math.random()}`);
    let [came, went] = [0, 0];
    const mute = createServer((connection) => {
      came++;
      connection.on('error', () => {}).on('close', () => went++);
      connection.resume();
    });
    await once(mute.listen(socket), 'listening');
    onTestFinished(() => void mute.close());
    const connector = connect({ SSH_AUTH_SOCK: socket, HOME: home('empty') });
    const key = acceptedKey('ed25519');

    const refused = await connector.open(endpoint({ connectTimeoutMs: 2000 }));
    const opened = await connector.open(endpoint({ connectTimeoutMs: 2000, privateKeyFile: key }));

    expect(refused).toMatchObject({
      ok: false,
      failure: { message: expect.stringContaining(`the ssh-agent at ${socket} does not answer`) },
    });
    expect(opened.ok || opened.failure).toBe(true);
    await expect.poll(() => went).toBe(came);
  });

  test('minor of X: like ssh, rejects a private key that others may read', async () => {
    const key = acceptedKey('ed25519');
    chmodSync(key, 0o644);

    const opened = await connect({ HOME: home('empty') }).open(endpoint({ privateKeyFile: key }));

    expect(opened).toMatchObject({
      ok: false,
      failure: {
        reason: 'authentication',
        message: expect.stringContaining(
          `${key} is not used, because others may read it (mode 0644): chmod 600 ${key}`,
        ),
      },
    });
  });

  test('reports an encrypted key, with a hint', async () => {
    const key = acceptedKey('ed25519', 'secret');

    const opened = await connect().open(endpoint({ privateKeyFile: key }));

    expect(opened).toMatchObject({
      ok: false,
      failure: {
        reason: 'authentication',
        message: expect.stringContaining(`${key} is encrypted: add it to an ssh-agent`),
      },
    });
  });

  test('with IdentitiesOnly offers no other keys from the agent', async () => {
    const many = Array.from({ length: 7 }, () => {
      const file = join(sshd.folder, `many_${Math.random()}`);
      generateKey(file, 'ed25519');
      return file;
    });
    const key = acceptedKey('ed25519');
    const socket = await agentWith(...many, key);
    const config = join(sshd.folder, 'only');
    writeFileSync(config, `IdentityAgent ${socket}\nIdentityFile ${key}.pub\n`);

    const tooMany = await connect().open(endpoint({ sshConfigFile: config }));
    appendFileSync(config, 'IdentitiesOnly yes\n');
    const opened = await connect().open(endpoint({ sshConfigFile: config }));

    expect(tooMany).toMatchObject({ ok: false, failure: { reason: 'authentication' } });
    expect(opened.ok || opened.failure).toBe(true);
  });

  test('reports that there is nothing to log in with', async () => {
    const opened = await connect({ HOME: home('empty') }).open(endpoint());

    expect(opened).toMatchObject({
      ok: false,
      failure: {
        reason: 'authentication',
        message: expect.stringMatching(/as root: there is no key, agent or password/),
      },
    });
  });

  test('names the methods tried and those that the server accepts', async () => {
    const key = join(sshd.folder, 'refused');
    generateKey(key, 'ed25519');

    const opened = await connect().open(endpoint({ privateKeyFile: key }));

    expect(opened.ok || opened.failure.message).toBe(
      `web (127.0.0.1:${sshd.port}): as root: the server accepted none of ${key} (it accepts publickey)`,
    );
  });

  test('reports a missing private key file', async () => {
    const opened = await connect().open(endpoint({ privateKeyFile: '/no/key' }));

    expect(opened).toMatchObject({
      ok: false,
      failure: { reason: 'authentication', message: expect.stringContaining('/no/key') },
    });
  });

  test('names configured methods that ssh2 lacks', async () => {
    const config = join(sshd.folder, 'lacking');
    writeFileSync(config, 'GSSAPIAuthentication yes\nCertificateFile ~/.ssh/id-cert.pub\n');
    const key = join(sshd.folder, 'lacking_key');
    generateKey(key, 'ed25519');

    const opened = await connect().open(endpoint({ sshConfigFile: config, privateKeyFile: key }));

    expect(opened).toMatchObject({
      ok: false,
      failure: {
        reason: 'unsupported',
        message: expect.stringContaining(`ssh2 does not support certificatefile (${config}:2)`),
        hint: expect.stringContaining('openssh'),
      },
    });
  });

  test('following the hint for an unknown host key makes it known', async () => {
    const file = join(sshd.folder, 'hinted', 'known_hosts');
    mkdirSync(join(sshd.folder, 'hinted'));
    const at = endpoint({ privateKeyFile: sshd.privateKey, knownHostsFiles: [file] });
    const refused = await connect().open(at);
    const fingerprint = execFileSync('ssh-keygen', ['-lf', join(sshd.folder, 'host_ed25519.pub')], {
      encoding: 'utf8',
    }).split(' ')[1];

    expect(refused).toMatchObject({ ok: false, failure: { message: expect.stringContaining(fingerprint!) } });
    execFileSync('sh', ['-c', (refused.ok ? '' : refused.failure.hint!).replace(/^.*then: /, '')], { stdio: 'ignore' });
    const opened = await connect().open(at);

    expect(opened.ok || opened.failure).toBe(true);
  });

  test('accept-new records an unknown key, and refuses a different one later', async () => {
    const file = join(sshd.folder, 'accepted', 'known_hosts');
    const config = join(sshd.folder, 'accept-new');
    writeFileSync(config, `StrictHostKeyChecking accept-new\nUserKnownHostsFile ${file}\nGlobalKnownHostsFile none\n`);
    const at = endpoint({ privateKeyFile: sshd.privateKey, knownHostsFiles: undefined, sshConfigFile: config });

    const opened = await connect().open(at);

    expect(opened.ok || opened.failure).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe(`[127.0.0.1]:${sshd.port} ${sshd.hostKey('ed25519')}\n`);
    const key = join(sshd.folder, 'another_host_key');
    generateKey(key, 'ed25519');
    writeFileSync(file, `[127.0.0.1]:${sshd.port} ${readFileSync(`${key}.pub`, 'utf8')}`);
    expect(await connect().open(at)).toMatchObject({ ok: false, failure: { reason: 'host-key-changed' } });
  });
});

describe.skipIf(!mayMakeUsers)('authentication by password', { timeout: 20_000 }, () => {
  let user: TestUser;
  beforeAll(() => {
    user = makeUser();
  });
  afterAll(() => user?.remove());

  const withPasswords = async (...config: string[]): Promise<Partial<Endpoint>> => {
    const server = await startSshd(config);
    onTestFinished(() => server.stop());
    return { port: server.port, knownHostsFiles: [server.knownHosts], user: user.name };
  };

  test('sends the password', async () => {
    const at = await withPasswords('PasswordAuthentication yes', 'KbdInteractiveAuthentication no');

    const opened = await connect({ HOME: home('empty') }).open(endpoint({ ...at, password: user.password }));
    const refused = await connect({ HOME: home('empty') }).open(endpoint({ ...at, password: 'wrong' }));

    expect(opened.ok && opened.session.greeting.user).toBe(user.name);
    expect(refused).toMatchObject({
      ok: false,
      failure: { reason: 'authentication', message: expect.stringMatching(/accepted none of password/) },
    });
    expect(JSON.stringify(refused)).not.toContain('wrong');
  });

  test.skipIf(!existsSync('/etc/pam.d/sshd'))('answers keyboard-interactive with the password', async () => {
    const at = await withPasswords('UsePAM yes', 'PasswordAuthentication no', 'KbdInteractiveAuthentication yes');

    const opened = await connect({ HOME: home('empty') }).open(endpoint({ ...at, password: user.password }));

    expect(opened.ok ? opened.session.greeting.user : opened.failure).toBe(user.name);
  });
});
