import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import cargo from '../../tasks/cargo.ts';
import { changesOn, planOn, runHere } from './harness.ts';
import { outcomeOf } from './outcome.ts';

const place = mkdtempSync(join(tmpdir(), 'retrace-cargo-'));
const path = join(place, 'root');
const home = join(place, 'home');
const before = process.env['CARGO_HOME'];

function isThere(program: string): boolean {
  try {
    execFileSync(program, ['--version']);
    return true;
  } catch {
    return false;
  }
}

/** A directory of sources instead of a registry, with a program in two versions. */
function sources(): void {
  for (const version of ['1.0.0', '2.0.0']) {
    const at = join(place, 'sources', version);
    mkdirSync(join(at, 'src'), { recursive: true });
    writeFileSync(
      join(at, 'Cargo.toml'),
      `[package]\nname = "lab-tool"\nversion = "${version}"\nedition = "2021"\n[features]\nextra = []\n`,
    );
    writeFileSync(join(at, 'src', 'main.rs'), 'fn main() {}\n');
    writeFileSync(join(at, '.cargo-checksum.json'), '{"files":{},"package":null}');
  }
  mkdirSync(home);
  writeFileSync(
    join(home, 'config.toml'),
    `[source.crates-io]\nreplace-with = "lab"\n[source.lab]\ndirectory = "${join(place, 'sources')}"\n`,
  );
}

const run = (args: object, check = false) => runHere(cargo, { name: 'lab-tool', path, ...args }, { check });

/** Changed, as a check foretells, and then ok for both. */
async function ends(args: object, ...expected: readonly string[]): Promise<void> {
  for (const check of [true, false]) expect(outcomeOf(await run(args, check))).toEqual(['changed', ...expected]);
  for (const check of [true, false]) expect(outcomeOf(await run(args, check))).toEqual(['ok']);
}

describe('cargo', () => {
  beforeAll(() => {
    sources();
    process.env['CARGO_HOME'] = home;
  });
  afterAll(() => {
    if (before === undefined) delete process.env['CARGO_HOME'];
    else process.env['CARGO_HOME'] = before;
    rmSync(place, { recursive: true });
  });

  test.runIf(isThere('cargo') && isThere('rustc'))(
    'a program is installed, replaced and removed once, as a check foretells',
    { timeout: 120_000 },
    async () => {
      await ends({ version: '1.0.0', locked: true }, 'Rust package lab-tool: absent → 1.0.0');
      expect(existsSync(join(path, 'bin', 'lab-tool'))).toBe(true);
      expect(outcomeOf(await run({}))).toEqual(['ok']);
      await ends({ version: '2.0.0' }, 'Rust package lab-tool: 1.0.0 → 2.0.0');
      await ends({ state: 'absent' }, 'Rust package lab-tool: 2.0.0 → absent');
      const directory = join(place, 'sources', '1.0.0');
      await ends({ directory, features: ['extra'] }, 'Rust package lab-tool: absent → present');
      expect(readFileSync(join(path, '.crates2.json'), 'utf8')).toContain('"features":["extra"]');
      const newer = join(place, 'sources', '2.0.0');
      await ends({ directory: newer, state: 'latest' }, 'Rust package lab-tool: 1.0.0 → 2.0.0');
      await ends({ state: 'absent' }, 'Rust package lab-tool: 2.0.0 → absent');
      await ends({}, 'Rust package lab-tool: absent → present');
      expect(outcomeOf(await run({ name: ['lab-tool', 'none'] })).at(-1)).toMatch(/could not find `none`/);
    },
  );

  test('a check creates nothing', async () => {
    const other = join(place, 'other');
    await run({ path: other }, true);
    expect(existsSync(other)).toBe(false);
  });

  test('compares with what the registry tells', () => {
    const answer = (stdout: string, code = 0, stderr = '') => ({ code, stdout, stderr, timedOut: false });
    const state = {
      installed: answer(
        '[v1]\n"ripgrep 13.0.0 (registry+https://example.org)" = ["rg"]\n"fd-find 8.0.0 (x)" = ["fd"]\n',
      ),
      newest: answer('ripgrep = "14.1.0"    # searches\nfd-find = "8.0.0"    # finds\n'),
    };
    expect(changesOn(cargo, state, { name: ['ripgrep', 'fd-find', 'bat'], state: 'latest' })).toEqual([
      'Rust package ripgrep: 13.0.0 → 14.1.0',
      'Rust package bat: absent → present',
    ]);
    const offline = { ...state, newest: answer('', 101, 'error: offline\n') };
    expect(planOn(cargo, offline, { name: ['ripgrep'], state: 'latest' })).toEqual({ failed: 'error: offline' });
  });

  test('says what is wrong', async () => {
    for (const check of [true, false])
      expect(outcomeOf(await run({ executable: '/opt/no-cargo' }, check))).toEqual([
        'failed',
        '/opt/no-cargo is missing on the host: install the cargo package',
      ]);
  });
});
