import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Endpoint } from '../../src/core/session.ts';
import { createConnector } from '../../src/session/index.ts';
import { sessionContract } from './contract.ts';

// The parts of Proxmox's `pct exec` that a session sees: runs its arguments if the container is running, and reports it if not.
const standIn = `#!/bin/sh
[ "$1" = exec ] && [ "$3" = -- ] || { echo "400 not enough arguments" >&2; exit 255; }
[ "$2" = 100 ] || { echo "Configuration file 'nodes/pve/lxc/$2.conf' does not exist" >&2; exit 2; }
CONTAINER=$2; export CONTAINER; shift 3; exec "$@"
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'retrace-pct-'));
  writeFileSync(join(folder, 'pct'), standIn, { mode: 0o755 });
});
afterAll(() => rmSync(folder, { recursive: true }));

const node: Endpoint = { name: 'node', connection: 'local' };
const container = (id: string, more: Partial<Endpoint> = {}): Endpoint => ({
  name: `ct${id}`,
  connection: 'pct',
  settings: { id },
  via: node,
  ...more,
});

const connect = () => createConnector({ env: { ...process.env, PATH: `${folder}:${process.env.PATH}` } });

sessionContract(
  'pct',
  async () => {
    const connector = connect();
    const opened = await connector.open(container('100'));
    if (!opened.ok) throw new Error(opened.failure.message);
    return { session: opened.session, close: () => connector.close() };
  },
  { wire: 'as local' },
);

describe('pct', () => {
  const open = async (endpoint: Endpoint) => {
    const connector = connect();
    onTestFinished(() => connector.close());
    return connector.open(endpoint);
  };

  test('runs in the container', async () => {
    const opened = await open(container('100'));
    if (!opened.ok) throw new Error(opened.failure.message);

    const exchanged = await opened.session.exchange([{ script: 'echo $CONTAINER' }]);

    expect(exchanged.ok && exchanged.replies[0]!.stdout.toString()).toBe('100\n');
  });

  test.for([
    ['', {}],
    // Not a failure of sudo, which was never reached.
    [', with a user to become in it', { become: { method: 'sudo', user: 'nobody' } }],
  ] as const)('names a missing container%s', async ([, more]) => {
    const opened = await open(container('999', more));

    expect(opened).toMatchObject({
      ok: false,
      failure: {
        reason: 'unreachable',
        message: expect.stringMatching(/ct999 \(container 999 on node\): pct exec 999: .*does not exist/),
      },
    });
  });

  // In a separate process namespace, no outside process is visible: such shells have no parent and share session 0.
  test.skipIf(process.getuid?.() !== 0)('kills commands in a container with its own process namespace', async () => {
    const own = mkdtempSync(join(tmpdir(), 'retrace-pct-'));
    onTestFinished(() => rmSync(own, { recursive: true }));
    const sleep = ['sh', '-c', 'touch "$0"; exec sleep 60', join(own, 'ready')];
    const init = spawn('unshare', ['--pid', '--fork', '--kill-child', '--mount-proc', ...sleep]);
    onTestFinished(() => void init.kill());
    await vi.waitFor(() => expect(existsSync(join(own, 'ready'))).toBe(true), 10_000);
    const inside = `shift 3; exec setsid nsenter --target $(cat /proc/${init.pid}/task/${init.pid}/children) --pid --mount -- "$@"`;
    writeFileSync(join(own, 'pct'), `#!/bin/sh\n${inside}\n`, { mode: 0o755 });
    const connector = createConnector({ env: { ...process.env, PATH: `${own}:${process.env.PATH}` } });
    onTestFinished(() => connector.close());
    const opened = await connector.open(container('100'));
    if (!opened.ok) throw new Error(opened.failure.message);

    const exchanged = await opened.session.exchange([{ script: 'sleep 30' }], AbortSignal.timeout(300));

    expect(exchanged).toMatchObject({ ok: false, failure: { message: expect.stringContaining('interrupted') } });
    const left = await opened.session.exchange([
      { script: "command -v ps >/dev/null || echo no ps; ps -e -o stat= -o args= | grep -e '^T' -e 'sleep 30$'" },
    ]);
    expect(left.ok && left.replies[0]!.stdout.toString()).toBe('');
  });

  test.skipIf(process.getuid?.() !== 0)(
    'becomes a user in the container, after becoming root on the node',
    async () => {
      const through: Endpoint = { ...node, become: { method: 'sudo', user: 'root', flags: '-n --preserve-env=PATH' } };

      const opened = await open({
        ...container('100', { become: { method: 'su', user: 'nobody', flags: '-s /bin/sh' } }),
        via: through,
      });

      expect(opened.ok ? opened.session.greeting.user : opened.failure).toBe('nobody');
    },
  );
});
