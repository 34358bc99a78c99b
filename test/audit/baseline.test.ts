import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BASELINE, readBaselines, withAccepted } from '../../src/audit/baseline.ts';
import type { HostFinding } from '../../src/audit/finding.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'retrace-baseline-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const found = (host: string): HostFinding => ({
  id: '0123456789',
  kind: 'drift',
  host,
  task: { name: 'motd', type: 'copy', file: 'site.yaml', line: 3 },
  changes: [],
  order: [0, 0],
});

/** The hosts on which the finding is accepted by an entry with these `hosts`. */
function acceptedOn(hosts: string): readonly string[] {
  writeFileSync(
    join(folder, BASELINE),
    `- {finding: "0123456789", hosts: ${hosts}, until: 2030-01-01, owner: sam, why: known}\n`,
  );
  const baseline = readBaselines([folder]);
  if (!baseline.ok) throw new Error(JSON.stringify(baseline.error));
  return withAccepted(['web1', 'web2', 'db1'].map(found), baseline.value, '2029-01-01').flatMap(({ host, accepted }) =>
    accepted === undefined ? [] : [host],
  );
}

describe('the file of accepted findings', () => {
  test.each([
    ['[]', ['web1', 'web2', 'db1']],
    ['web2', ['web2']],
    ['[web2, db1]', ['web2', 'db1']],
    ['web*', ['web1', 'web2']],
    ['["[a-d]*"]', ['db1']],
    ['web', []],
  ])('hosts: %s', (hosts, accepted) => {
    expect(acceptedOn(hosts)).toEqual(accepted);
  });

  test('that cannot be read is a mistake, and is named', () => {
    mkdirSync(join(folder, BASELINE));

    expect(readBaselines([folder])).toEqual({
      ok: false,
      error: [{ severity: 'error', code: 'baseline', message: `cannot read ${folder}/${BASELINE}: it is a directory` }],
    });
  });
});
