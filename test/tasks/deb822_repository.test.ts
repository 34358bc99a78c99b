import { expect, test } from 'vitest';
import deb822_repository from '../../tasks/deb822_repository.ts';
import { planOn } from './harness.ts';

const missing = { exists: false };
const state = {
  before: missing,
  now: { bytes: undefined, resolved: '/etc/apt/sources.list.d/x-y.sources' },
  parent: { exists: true, kind: 'directory' },
  armored: missing,
  binary: missing,
  self: { uid: 0, user: 'root', gid: 0, group: 'root', umask: 0o022 },
};

test('writes the fields as Ansible does', () => {
  const plan = planOn(deb822_repository, state, {
    name: 'X Y',
    uris: 'http://deb.example.org',
    suites: ['a', 'b'],
    components: 'main',
    enabled: true,
    exclude: ['linux-image', 'grub*'],
    pdiffs: false,
    inrelease_path: 'p',
    signed_by: '-----BEGIN PGP\n\nkey\n-----END PGP',
  });

  const written = 'changes' in plan ? plan.changes.flatMap(({ commands }) => commands)[0]?.stdin : plan;
  expect(String(written)).toBe(
    `Components: main
Enabled: yes
Exclude: linux-image grub*
Inrelease-Path: p
X-Repolib-Name: X Y
Pdiffs: no
Signed-By:
    -----BEGIN PGP
    .
    key
    -----END PGP
Suites: a b
Types: deb
URIs: http://deb.example.org
`,
  );
});
