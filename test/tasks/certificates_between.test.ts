import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import certificatesBetween from '../../tasks/certificates_between.ts';
import { runHere } from './harness.ts';
import { folder } from './local-host.ts';

const name = 'images.example.org';

// Created once, never changed.
let made: ReturnType<typeof folder>;
beforeAll(() => {
  made = folder();
  execFileSync('/bin/sh', ['-euc', makeCertificates], { cwd: made.path, stdio: 'pipe' });
  return () => made[Symbol.dispose]();
});

const makeCertificates = `
make() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout $1.key -out $1.pem -subj "/CN=$2" -addext "subjectAltName=DNS:$2" -days "$3" 2>/dev/null; }
make good ${name} 30; make later ${name} 60; make other www.example.org 90; make mismatch ${name} 90; cp good.key mismatch.key
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout expired.key -out expired.csr -subj /CN=${name} 2>/dev/null
echo subjectAltName=DNS:${name} >ext; openssl x509 -req -in expired.csr -signkey expired.key -extfile ext -days -1 -out expired.pem 2>/dev/null`;

/** A certbot directory with one certificate of a kind, or none. */
function certbotDirectory(root: string, sort: string | undefined): void {
  for (const path of ['accounts', 'csr']) mkdirSync(`${root}/${path}`, { recursive: true });
  writeFileSync(`${root}/accounts/id`, 'ACCOUNT');
  if (sort === undefined) return;
  for (const path of [`archive/${name}`, `live/${name}`, 'renewal']) mkdirSync(`${root}/${path}`, { recursive: true });
  writeFileSync(`${root}/archive/${name}/fullchain1.pem`, readFileSync(made.at(`${sort}.pem`)));
  writeFileSync(`${root}/archive/${name}/privkey1.pem`, readFileSync(made.at(`${sort}.key`)), { mode: 0o600 });
  for (const part of ['fullchain', 'privkey'])
    symlinkSync(`../../archive/${name}/${part}1.pem`, `${root}/live/${name}/${part}.pem`);
  writeFileSync(`${root}/renewal/${name}.conf`, sort);
}

function hosts(here: string | undefined, there: string | undefined) {
  const dir = folder();
  certbotDirectory(dir.at('there'), there);
  certbotDirectory(dir.at('here'), here);
  writeFileSync(dir.at('there/csr/0000.pem'), 'OLD');
  const args = { from: 'proxy', src: dir.at('there'), dest: dir.at('here'), names: { [name]: [name] } };
  const isHere = () => readFileSync(dir.at(`here/renewal/${name}.conf`), 'utf8');
  return Object.assign(dir, { args, isHere });
}

describe('M1: certificates_between', () => {
  test.for<[string | undefined, string | undefined, string]>([
    // here      there      is here then
    [undefined, 'good', 'good'],
    ['good', 'good', 'good'],
    ['later', 'good', 'later'],
    ['good', 'later', 'later'],
    ['good', 'expired', 'good'],
    ['good', 'other', 'good'],
    ['good', 'mismatch', 'good'],
    ['good', undefined, 'good'],
    ['expired', 'good', 'good'],
    ['other', 'good', 'good'],
    ['mismatch', 'good', 'good'],
  ])('here %s, there %s: %s stays, and the second run changes nothing', async ([here, there, stays]) => {
    using dir = hosts(here, there);

    const check = await runHere(certificatesBetween, dir.args, { check: true });
    const ran = await runHere(certificatesBetween, dir.args);

    expect([check.status, ran.status]).toEqual(here === stays ? ['ok', 'ok'] : ['changed', 'changed']);
    expect(dir.isHere()).toBe(stays);
    expect(readlinkSync(dir.at(`here/live/${name}/privkey.pem`))).toBe(`../../archive/${name}/privkey1.pem`);
    expect(await runHere(certificatesBetween, dir.args)).toMatchObject({ status: 'ok' });
  });

  test('without a valid one on either host it fails before copying, and gives the reason for both', async () => {
    using dir = hosts('expired', 'other');

    expect(await runHere(certificatesBetween, dir.args)).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(
        /^there is no suitable certificate images\.example\.org: here: expired on .*; on proxy: for www\.example\.org, but not for images\.example\.org$/,
      ),
    });
    expect(dir.isHere()).toBe('expired');
  });

  test('an invalid one that was not requested by name is left in place, with a warning', async () => {
    using dir = hosts(undefined, 'expired');
    await runHere(certificatesBetween, { ...dir.args, names: {} });

    expect(existsSync(dir.at(`here/live/${name}`))).toBe(false);
    expect(await runHere(certificatesBetween, { ...dir.args, names: {} })).toMatchObject({
      status: 'ok',
      warnings: [expect.stringMatching(/^certificate images\.example\.org is not copied; on proxy: expired on /)],
    });
  });

  test("when the other host's is copied, none with a higher number stays, because certbot would use it again", async () => {
    using dir = hosts('expired', 'good');
    for (const part of ['fullchain', 'privkey']) {
      renameSync(dir.at(`here/archive/${name}/${part}1.pem`), dir.at(`here/archive/${name}/${part}3.pem`));
      unlinkSync(dir.at(`here/live/${name}/${part}.pem`));
      symlinkSync(`../../archive/${name}/${part}3.pem`, dir.at(`here/live/${name}/${part}.pem`));
    }

    const ran = await runHere(certificatesBetween, dir.args);

    expect(ran.status).toBe('changed');
    expect(readdirSync(dir.at(`here/archive/${name}`)).toSorted()).toEqual(['fullchain1.pem', 'privkey1.pem']);
    expect(readlinkSync(dir.at(`here/live/${name}/fullchain.pem`))).toBe(`../../archive/${name}/fullchain1.pem`);
  });

  test('the key of a kept one is readable only by root', async () => {
    using dir = hosts('later', 'good');
    chmodSync(dir.at(`here/archive/${name}/privkey1.pem`), 0o644);

    const ran = await runHere(certificatesBetween, dir.args);

    expect('changes' in ran && ran.changes.map(({ what }) => what)).toEqual([`mode of archive/${name}/privkey1.pem`]);
    expect(lstatSync(dir.at(`here/archive/${name}/privkey1.pem`)).mode & 0o777).toBe(0o600);
  });
});
