import { beforeAll, describe, expect, test } from 'vitest';
import type { AnyTaskType } from '../../src/core/task-type.ts';
import aptKey from '../../tasks/apt_key.ts';
import { publicKeys } from '../../tasks/shared/apt/openpgp.ts';
import { localTarget, runAllHere } from '../tasks/harness.ts';
import { outcomeOf, runThere, said, sh, upHost } from './system-host.ts';

const makeKeys = `command -v gpg curl >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get -y -qq install --no-install-recommends gnupg curl
GNUPGHOME=/tmp/keys gpgconf --kill all; rm -rf /tmp/keys /etc/apt/trusted.gpg /etc/apt/trusted.gpg.d/mine.gpg /etc/apt/trusted.gpg.d/two.gpg /etc/apt/trusted.gpg.d/old.gpg; mkdir -m 700 /tmp/keys
cd /tmp/keys; export GNUPGHOME=/tmp/keys
new() { gpg -q --batch --passphrase '' "$@"; }
new --quick-gen-key one@example.org rsa2048 sign 1y
new --quick-add-key "$(gpg --with-colons -k one@example.org | sed -n 's/^fpr:*\\(.*\\):$/\\1/p' | head -n 1)" rsa2048 encrypt 1y
new --quick-gen-key two@example.org ed25519 sign never
new --faked-system-time 20200101T000000! --quick-gen-key old@example.org rsa2048 sign 1d
for n in one two old; do gpg --armor --export $n@example.org >$n.asc; gpg --export $n@example.org >$n.gpg; done
cat one.asc two.asc >both.asc`;

const fingerprint = (name: string, line = 1): Promise<string> =>
  said(
    `GNUPGHOME=/tmp/keys gpg --with-colons -k ${name}@example.org | sed -n 's/^fpr:*\\(.*\\):$/\\1/p' | sed -n ${line}p`,
  );

describe('apt_key, on a host', () => {
  let one: string;
  let data: string;
  beforeAll(async () => {
    await upHost();
    await sh(makeKeys);
    one = await fingerprint('one');
    data = await said('cat /tmp/keys/one.asc');
  });

  test('keys are read from armored and from binary files, as gpg reads them', async () => {
    const read = async (name: string) => publicKeys(Buffer.from(await said(`base64 -w 0 /tmp/keys/${name}`), 'base64'));
    const expires = Number(
      await said('GNUPGHOME=/tmp/keys gpg --with-colons -k one@example.org | grep ^pub | cut -d : -f 7'),
    );

    expect(await read('one.asc')).toEqual([{ fingerprint: one, subkeys: [await fingerprint('one', 2)], expires }]);
    expect(await read('one.gpg')).toEqual(await read('one.asc'));
    expect((await read('both.asc')).map((key) => key.fingerprint)).toEqual([one, await fingerprint('two')]);
    expect(await read('two.gpg')).toMatchObject([{ expires: undefined }]);
    const debian = publicKeys((await sh('cat /etc/apt/trusted.gpg.d/debian-archive-bookworm-stable.asc')).stdout);
    expect(debian[0]?.fingerprint).toBe('4D64FEC119C2029067D6E791F8D2585B8783D481');
  });

  test('a key is added once, as a check foretells, and removed once', async () => {
    const tasks = [
      [aptKey, { data }],
      [aptKey, { id: one }],
      [aptKey, { id: `0x${one.slice(-8).toLowerCase()}`, state: 'absent' }],
      [aptKey, { data }],
    ] as readonly (readonly [AnyTaskType, Record<string, unknown>])[];
    const outcomes = async (check: boolean) =>
      (await runAllHere(tasks, { check, target: localTarget(sh) })).map(outcomeOf);
    const foretold = await outcomes(true);

    expect(foretold).toEqual([
      ['changed', `key ${one}: absent → in /etc/apt/trusted.gpg, from the data`],
      ['ok'],
      ['changed', `key ${one}: present → absent`],
      ['changed', `key ${one}: absent → in /etc/apt/trusted.gpg, from the data`],
    ]);
    expect(await said('ls /etc/apt/trusted.gpg 2>&1')).toContain('No such file');
    expect(await outcomes(false)).toEqual(foretold);
    expect(await runThere(aptKey, { data })).toMatchObject({
      status: 'ok',
      result: { fp: one, id: one, key_id: one.slice(-16), short_id: one.slice(-8) },
    });
    await sh('rm /etc/apt/trusted.gpg');
    expect(await runThere(aptKey, { data }, { check: true })).toMatchObject({
      status: 'changed',
      result: {
        before: expect.not.arrayContaining([one.slice(-16)]),
        after: expect.arrayContaining([one.slice(-16), (await fingerprint('one', 2)).slice(-16)]),
      },
    });
  });

  test('a file with two keys goes to a keyring, where only the missing one is added', async () => {
    const keyring = '/etc/apt/trusted.gpg.d/mine.gpg';
    const two = await fingerprint('two');
    await runThere(aptKey, { file: '/tmp/keys/two.asc', keyring });

    expect(outcomeOf(await runThere(aptKey, { file: '/tmp/keys/both.asc', keyring }))).toEqual([
      'changed',
      `key ${one}: absent → in ${keyring}, from /tmp/keys/both.asc`,
    ]);
    expect(outcomeOf(await runThere(aptKey, { file: '/tmp/keys/both.asc', keyring }))).toEqual(['ok']);
    expect(await said(`stat -c %a ${keyring}`)).toBe('644');
    expect(outcomeOf(await runThere(aptKey, { id: two, keyring, state: 'absent' }))).toEqual([
      'changed',
      `key ${two}: present → absent`,
    ]);
    expect(await said(`gpg --show-keys --with-colons ${keyring} | grep -c ^pub`)).toBe('1');
  });

  test('a key from a URL is fetched only if it is missing', async () => {
    const keyring = '/etc/apt/trusted.gpg.d/two.gpg';
    const two = await fingerprint('two');
    await sh('cp /tmp/keys/two.asc /tmp/two.asc');
    const args = { url: 'file:///tmp/two.asc', id: two, keyring };

    expect((await runThere(aptKey, args, { check: true })).status).toBe('changed');
    expect(outcomeOf(await runThere(aptKey, args))).toEqual([
      'changed',
      `key ${two}: absent → in ${keyring}, from ${args.url}`,
    ]);
    await sh('rm /tmp/two.asc');
    expect(outcomeOf(await runThere(aptKey, args))).toEqual(['ok']);
    expect(outcomeOf(await runThere(aptKey, { ...args, id: undefined }))).toEqual([
      'failed',
      expect.stringMatching(/^the key file:\/\/\/tmp\/two\.asc cannot be fetched: curl: /),
    ]);
  });

  test('an expired key is replaced, unless the new one has expired as well', async () => {
    const keyring = '/etc/apt/trusted.gpg.d/old.gpg';
    const old = await fingerprint('old');
    await sh(`cp /tmp/keys/old.gpg ${keyring}`);

    expect(outcomeOf(await runThere(aptKey, { file: '/tmp/keys/old.asc', keyring }))).toEqual(['ok']);
    await sh(
      `cd /tmp/keys; export GNUPGHOME=/tmp/keys; gpg -q --batch --quick-set-expire ${old} 5y; gpg --export --armor ${old} >old.asc`,
    );
    expect(outcomeOf(await runThere(aptKey, { file: '/tmp/keys/old.asc', keyring }))).toEqual([
      'changed',
      `key ${old}: expired → in ${keyring}, from /tmp/keys/old.asc`,
    ]);
    expect(outcomeOf(await runThere(aptKey, { id: old, keyring }))).toEqual(['ok']);
  });

  test.for([
    [{ id: 'XYZ' }, 'Invalid key_id: XYZ does not have 8, 16 or 40 hexadecimal digits'],
    [{ data: 'no key' }, 'Unable to extract key from the data: it contains no public key'],
    [{ file: '/tmp/keys/none' }, 'Unable to extract key from /tmp/keys/none: it contains no public key'],
    [
      { id: '0123456789ABCDEF', file: '/tmp/keys/two.asc' },
      /does not contain the key 0123456789ABCDEF, but [0-9A-F]{40}$/,
    ],
    [{ id: '0123456789ABCDEF' }, /one of data, file, keyserver and url is needed/],
  ] as const)('%o fails in a check and in a run', async ([args, why]) => {
    for (const check of [true, false])
      expect(outcomeOf(await runThere(aptKey, args, { check }))).toEqual([
        'failed',
        typeof why === 'string' ? why : expect.stringMatching(why),
      ]);
  });

  test('an armored keyring, which apt-key cannot create, is refused', async () => {
    const keyring = '/etc/apt/trusted.gpg.d/new.asc';

    expect(outcomeOf(await runThere(aptKey, { data, keyring }, { check: true }))).toEqual([
      'failed',
      `apt-key cannot create an armored keyring (${keyring}): choose a name that ends in .gpg`,
    ]);
  });

  test('a keyserver that cannot be reached is reported', async () => {
    const ended = await runThere(aptKey, { id: '0123456789ABCDEF', keyserver: 'hkp://127.0.0.1:1' });

    expect(outcomeOf(ended)).toEqual([
      'failed',
      'key 0123456789ABCDEF: absent → in /etc/apt/trusted.gpg, from hkp://127.0.0.1:1',
      expect.stringMatching(/keyserver|dirmngr/),
    ]);
  });

  test('without gpg, the message says what to install', async () => {
    await sh('rm -f /etc/apt/trusted.gpg /etc/apt/trusted.gpg.d/mine.gpg; mv /usr/bin/gpg /usr/bin/gpg.away');
    const ended = await runThere(aptKey, { data }, { check: true });
    await sh('mv /usr/bin/gpg.away /usr/bin/gpg');

    expect(outcomeOf(ended)).toEqual(['failed', 'gpg is missing on the host: install the gnupg package']);
  });
});
