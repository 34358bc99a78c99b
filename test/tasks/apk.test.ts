import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import apk from '../../tasks/apk.ts';
import packageType from '../../tasks/package.ts';
import { runHere } from './harness.ts';
import { runScript } from './local-host.ts';
import { outcomeOf } from './outcome.ts';

/*
 * Debian has no apk. This one prints what apk-tools 2 prints: `tool` needs `base`, and the repository has version 2.0-r0 of it. What is
 * installed is in files of its directory.
 */
const STAND_IN = `#!/bin/sh
at=\${0%/bin/apk}; only=; up=; verb=; names=
for w; do case $w in --simulate) only=yes ;; --upgrade) up=yes ;; -*) ;; *) if [ "$verb" ]; then names="$names $w"; else verb=$w; fi ;; esac; done
now() { cat "$at/db/$1" 2>/dev/null; }
n=0
say() { n=$((n + 1)); echo "($n/9) $1"; }
put() { say "$1"; [ "$only" ] || echo "$3" >"$at/db/$2"; }
case $verb in
  info) for p in $names; do [ -e "$at/db/$p" ] || exit 1; done ;;
  update) echo 'OK: 2 distinct packages available' ;;
  add) for p in $names; do case $p in tool | base) ;; *) echo "ERROR: unable to select packages:"; echo "  $p (no such package):"; exit 1 ;; esac; done
    for p in $names; do
      [ "$p" != tool ] || [ -e "$at/db/base" ] || put 'Installing base (1.0-r0)' base 1.0-r0
      v=2.0-r0; [ $p = tool ] || v=1.0-r0
      if [ ! -e "$at/db/$p" ]; then put "Installing $p ($v)" $p $v; elif [ "$up" ] && [ "$(now $p)" != $v ]; then put "Upgrading $p ($(now $p) -> $v)" $p $v; fi
      [ "$only" ] || grep -qx $p "$at/world" || echo $p >>"$at/world"
    done ;;
  upgrade) [ ! -e "$at/db/tool" ] || [ "$(now tool)" = 2.0-r0 ] || put "Upgrading tool ($(now tool) -> 2.0-r0)" tool 2.0-r0 ;;
  del) for p in $names; do say "Purging $p ($(now $p))"; [ "$only" ] || { rm "$at/db/$p"; sed -i "/^$p$/d" "$at/world"; }; done ;;
esac
echo 'OK: 8 MiB in 15 packages'
`;

const folder = mkdtempSync(join(tmpdir(), 'retrace-apk-'));
const world = join(folder, 'world');

beforeAll(() => {
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'db'));
  writeFileSync(world, '');
  writeFileSync(join(folder, 'bin', 'apk'), STAND_IN);
  chmodSync(join(folder, 'bin', 'apk'), 0o755);
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (args: object, check = false) =>
  runHere(
    apk,
    { world, ...args },
    { check, sh: (script, stdin) => runScript(`PATH=${folder}/bin:$PATH\n${script}`, stdin) },
  );

async function twice(args: object): Promise<readonly unknown[]> {
  const checked = outcomeOf(await run(args, true));
  expect(outcomeOf(await run(args))).toEqual(checked);
  expect(outcomeOf(await run(args))).toEqual(['ok']);
  return checked;
}

describe('apk, against a stand-in', () => {
  test('installs, upgrades and removes packages once, as a check foretells', async () => {
    expect(await twice({ name: 'tool' })).toEqual([
      'changed',
      'package base: absent → 1.0-r0',
      'package tool: absent → 2.0-r0',
    ]);
    expect(await twice({ name: ['base', 'tool'] })).toEqual([
      'changed',
      'package base: a dependency → wanted for its own sake',
    ]);
    writeFileSync(join(folder, 'db', 'tool'), '1.0-r0\n');
    expect(outcomeOf(await run({ name: 'tool' }))).toEqual(['ok']);
    expect(await twice({ name: 'tool', state: 'latest', update_cache: true })).toEqual([
      'changed',
      'package tool: 1.0-r0 → 2.0-r0',
    ]);
    writeFileSync(join(folder, 'db', 'tool'), '1.0-r0\n');
    expect(await twice({ upgrade: true })).toEqual(['changed', 'package tool: 1.0-r0 → 2.0-r0']);
    expect(await run({ name: 'tool', state: 'absent' })).toMatchObject({
      status: 'changed',
      result: { packages: ['tool'] },
    });
    expect(outcomeOf(await run({ name: 'tool', state: 'absent' }))).toEqual(['ok']);
  });

  test('package finds apk by itself, on a host that has only BusyBox and no apt', async () => {
    const busybox = join(folder, 'busybox');
    mkdirSync(busybox);
    execFileSync('busybox', ['--install', '-s', busybox]);
    rmSync(join(busybox, 'dpkg'), { force: true });
    writeFileSync(join(folder, 'db', 'base'), '1.0-r0\n');
    const there = (args: object, check = false) =>
      runHere(
        packageType,
        { ...args },
        { check, sh: (script, stdin) => runScript(`PATH=${folder}/bin:${busybox}\n${script}`, stdin) },
      );

    for (const check of [true, false])
      expect(outcomeOf(await there({ name: ['base'], state: 'absent' }, check))).toEqual([
        'changed',
        'package base: 1.0-r0 → absent',
      ]);
    expect(outcomeOf(await there({ name: ['base'], state: 'absent' }))).toEqual(['ok']);
    expect(outcomeOf(await there({ name: 'base', state: 'build-dep' }))).toEqual([
      'failed',
      'apk has no `state: build-dep`: that is for apt',
    ]);
    expect(outcomeOf(await there({ name: 'base', use: 'portage' })).at(-1)).toMatch(
      /^expected apt, dnf, .* got "portage"$/,
    );
  });

  test('says what is wrong, in a check, too', async () => {
    for (const check of [true, false])
      expect(outcomeOf(await run({ name: 'no-such' }, check))).toEqual([
        'failed',
        'apk add: unable to select packages:; no-such (no such package):',
      ]);
    expect(outcomeOf(await runHere(apk, { name: 'x' }))).toEqual([
      'failed',
      'apk is missing on the host: install the apk-tools package',
    ]);
  });
});
