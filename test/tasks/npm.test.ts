import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import npm from '../../tasks/npm.ts';
import { isThorough } from '../thorough.ts';
import { runAllHere, runHere } from './harness.ts';
import { outcomeOf } from './outcome.ts';

// On a busy machine, npm takes seconds to start.
const PATIENCE = 240_000;

const place = mkdtempSync(join(tmpdir(), 'retrace-npm-'));
const tarballs = new Map<string, Uint8Array>();

/** A registry with a package that has these versions. */
function registry(name: string, versions: readonly string[]): Server {
  for (const version of versions) {
    const source = join(place, `${name}-${version}`, 'package');
    mkdirSync(source, { recursive: true });
    writeFileSync(join(source, 'package.json'), JSON.stringify({ name, version }));
    const file = join(place, `${name}-${version}.tgz`);
    execFileSync('tar', ['-czf', file, '-C', join(source, '..'), 'package']);
    tarballs.set(`/${name}-${version}.tgz`, readFileSync(file));
  }
  return createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    const tarball = tarballs.get(request.url ?? '');
    if (tarball !== undefined) return response.end(tarball);
    if (request.url !== `/${name}`) return response.writeHead(404).end('{"error":"Not found"}');
    const one = (version: string) => [
      version,
      { name, version, dist: { tarball: `http://localhost:${port}/${name}-${version}.tgz` } },
    ];
    return response.end(
      JSON.stringify({
        name,
        'dist-tags': { latest: versions.at(-1) },
        versions: Object.fromEntries(versions.map(one)),
      }),
    );
  });
}

const server = registry('goods', ['1.0.0', '1.1.0', '2.0.0']);
const project = join(place, 'shop');
const common = () => ({ path: project, registry: `http://localhost:${(server.address() as AddressInfo).port}` });

describe('npm', () => {
  beforeAll(() => new Promise<void>((done) => server.listen(0, done)));
  afterAll(() => {
    server.close();
    rmSync(place, { recursive: true });
  });

  test('a package is installed, replaced and removed, as a check foretells', { timeout: PATIENCE }, async () => {
    const steps = [
      { name: 'goods', version: '1.0.0' },
      { name: 'goods', version: '1' },
      { name: 'goods', state: 'absent' },
    ].map((args) => [npm, { ...common(), ...args }] as const);
    const foretold = (await runAllHere(steps, { check: true })).map(outcomeOf);

    expect(foretold).toEqual([
      ['changed', 'Node package goods: absent → 1.0.0'],
      ['changed', 'Node package goods: 1.0.0 → 1.1.0'],
      ['changed', 'Node package goods: 1.1.0 → absent'],
    ]);
    expect((await runAllHere(steps)).map(outcomeOf)).toEqual(foretold);
    const forced = await runHere(npm, { ...common(), name: 'goods', version: '1.0.0', force: true }, { check: true });
    expect('changes' in forced && forced.changes[0]?.commands[0]?.script).toMatch(/ install .*--force/);
    expect(outcomeOf(await runHere(npm, { ...common(), name: 'goods', state: 'absent' }))).toEqual(['ok']);
  });

  test.runIf(isThorough)('what is there already is ok', { timeout: PATIENCE }, async () => {
    const steps = [
      { name: 'goods', version: '1.0.0' },
      { name: 'goods' },
      { name: 'goods', version: '1.0.0' },
      { name: 'goods', version: 'latest' },
      { name: 'goods', version: 'latest' },
      { name: 'goods', state: 'latest' },
    ].map((args) => [npm, { ...common(), ...args }] as const);
    expect((await runAllHere(steps)).map(outcomeOf)).toEqual([
      ['changed', 'Node package goods: absent → 1.0.0'],
      ['ok'],
      ['ok'],
      ['changed', 'Node package goods: 1.0.0 → 2.0.0'],
      ['ok'],
      ['ok'],
    ]);
  });

  test.runIf(isThorough)(
    "a project's packages are installed and updated as far as it allows",
    { timeout: PATIENCE },
    async () => {
      const path = join(place, 'project');
      mkdirSync(path);
      writeFileSync(join(path, 'package.json'), '{"dependencies":{"goods":"^1.0.0"}}');
      const args = { ...common(), path, production: true };

      expect(outcomeOf(await runHere(npm, args, { check: true }))).toEqual([
        'changed',
        'Node package goods: absent → ^1.0.0',
      ]);
      expect((await runHere(npm, { ...args, name: 'goods', version: '1.0.0' })).status).toBe('changed');
      writeFileSync(join(path, 'package.json'), '{"dependencies":{"goods":"^1.0.0"}}');
      const latest = { ...args, state: 'latest' };
      for (const check of [true, false])
        expect(outcomeOf(await runHere(npm, latest, { check }))).toEqual([
          'changed',
          'Node package goods: 1.0.0 → 1.1.0',
        ]);
      rmSync(join(path, 'node_modules'), { recursive: true });
      expect(outcomeOf(await runHere(npm, args))).toEqual(['changed', 'Node package goods: absent → ^1.0.0']);
      for (const check of [true, false])
        expect(outcomeOf(await runHere(npm, { ...args, ci: true }, { check }))).toEqual([
          'changed',
          'package-lock.json:  → installed anew',
        ]);
    },
  );

  test.runIf(isThorough)('a package is installed for all users of a prefix', { timeout: PATIENCE }, async () => {
    const args = { ...common(), path: undefined, global: true, name: 'goods', executable: `npm --prefix ${place}/usr` };
    mkdirSync(join(place, 'usr', 'lib'), { recursive: true });

    for (const check of [true, false])
      expect(outcomeOf(await runHere(npm, args, { check }))).toEqual(['changed', 'Node package goods: absent → 2.0.0']);
    expect(outcomeOf(await runHere(npm, args))).toEqual(['ok']);
  });

  test('says what is wrong', { timeout: PATIENCE }, async () => {
    const failure = async (args: object, check = false) =>
      outcomeOf(await runHere(npm, { ...common(), ...args }, { check })).at(-1);

    expect(await failure({ path: undefined })).toBe('path must be specified when not using global');
    expect(await failure({ executable: '/opt/no-npm' })).toBe(
      '/opt/no-npm is missing on the host: install the npm package',
    );
    expect(await failure({ path: '/etc/passwd', name: 'goods' })).toBe('path /etc/passwd is not a directory');
    for (const check of [true, false]) {
      expect(await failure({ name: 'nothing-of-the-kind' }, check)).toMatch(/404|Not Found/);
      expect(await failure({ name: 'goods', version: '9' }, check)).toMatch(/no version of goods matches|No match/);
    }
  });
});
