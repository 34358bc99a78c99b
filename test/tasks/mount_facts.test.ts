import { symlinkSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import mountFacts from '../../tasks/mount_facts.ts';
import { runHere } from './harness.ts';
import { folder } from './local-host.ts';

async function factsOf(args: Record<string, unknown>) {
  const ended = await runHere(mountFacts, args);
  if (ended.status !== 'ok') throw new Error(JSON.stringify(ended));
  const { ansible_facts: facts } = ended.result as { ansible_facts: Readonly<Record<string, unknown>> };
  return { ...facts, warnings: 'warnings' in ended ? ended.warnings : [] };
}

test('reads what is configured, each source once, and chooses by type and device', async () => {
  using dir = folder();
  const line = 'UUID=ab /not\\040here ext4 defaults,nofail 0 2';
  writeFileSync(dir.at('fstab'), `# a comment\n${line}\nserver:/x /not/there nfs ro\nserver:/y /not/there nfs rw\n`);
  symlinkSync(dir.at('fstab'), dir.at('again'));
  const sources = [dir.at('fstab'), dir.at('again'), dir.at('none')];

  const disks = await factsOf({ sources, fstypes: ['ext*'] });
  const servers = await factsOf({ sources, devices: '[!/U]*' });
  const all = await factsOf({ sources, include_aggregate_mounts: true });

  const context = { source: dir.at('fstab'), source_data: line };
  const disk = {
    device: 'UUID=ab',
    mount: '/not here',
    fstype: 'ext4',
    options: 'defaults,nofail',
    dump: 0,
    passno: 2,
  };
  expect(disks).toEqual({
    mount_points: { '/not here': { ...disk, uuid: 'ab', ansible_context: context } },
    aggregate_mounts: [],
    warnings: [],
  });
  expect(servers).toMatchObject({
    mount_points: { '/not/there': { device: 'server:/x', options: 'ro', uuid: null } },
    warnings: [expect.stringContaining('/not/there')],
  });
  expect(all).toMatchObject({
    aggregate_mounts: [{ fstype: 'ext4' }, { options: 'ro' }, { options: 'rw' }],
    warnings: [],
  });
});

test('reads what is mounted from the kernel and from `mount`, with sizes', async () => {
  const [kernel, program] = [
    await factsOf({ sources: ['dynamic'], include_aggregate_mounts: false, timeout: 5 }),
    await factsOf({ sources: ['mount'], include_aggregate_mounts: false }),
  ];

  const root = { mount: '/', size_total: expect.any(Number), inode_used: expect.any(Number) };
  expect(kernel).toMatchObject({ mount_points: { '/': { ...root, ansible_context: { source: '/etc/mtab' } } } });
  expect(program).toMatchObject({ mount_points: { '/': { ...root, ansible_context: { source: 'mount' } } } });
});

test('a timeout must be positive', async () => {
  expect(await runHere(mountFacts, { timeout: 0 })).toMatchObject({ status: 'failed' });
});
