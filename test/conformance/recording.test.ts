import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { themes } from './differential/harness.ts';
import { playbooks, recorded } from './differential/recording.ts';

/** A copy of the playbooks with their recordings, which a test may modify. */
function copied(): string {
  const folder = mkdtempSync(join(tmpdir(), 'retrace-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync(playbooks, folder, { recursive: true });
  return folder;
}

describe("the recordings of Ansible's runs", () => {
  test.each(themes)('are up to date: %s', (theme) => {
    expect(Object.keys(recorded(theme))).toEqual(['check', 'run', 'again']);
  });

  test.each([
    'file.yaml',
    'dump.j2',
    'harness.ts',
    'roles/app/tasks/main.yaml',
    'templates/server.conf.j2',
    'files/tree/top.txt',
  ])('are rejected after a change to %s', (file) => {
    const folder = copied();
    expect(() => recorded('file', folder)).not.toThrow();

    appendFileSync(join(folder, file), '# changed\n');

    expect(() => recorded('file', folder)).toThrow(
      "file.yaml, or what it uses, has changed since Ansible's run of it was recorded; record it again: npm run differential -- --record file",
    );
  });

  test('are rejected after a file has been added or removed', () => {
    const folder = copied();
    writeFileSync(join(folder, 'group_vars/one.yaml'), 'level: one\n');
    expect(() => recorded('file', folder)).toThrow('has changed since');
    rmSync(join(folder, 'group_vars/one.yaml'));
    expect(() => recorded('file', folder)).not.toThrow();

    rmSync(join(folder, 'host_vars'), { recursive: true });

    expect(() => recorded('file', folder)).toThrow('has changed since');
  });

  test('are not affected by a change to another playbook', () => {
    const folder = copied();

    appendFileSync(join(folder, 'copy.yaml'), '# changed\n');

    expect(() => recorded('file', folder)).not.toThrow();
  });

  test('are rejected if another version of Ansible is installed', () => {
    const folder = copied();
    const file = join(folder, 'recorded/file.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/core [\d.]+/, 'core 2.13.1'));

    expect(() => recorded('file', folder)).toThrow(/^file\.yaml was recorded with core 2\.13\.1, and here is core 2\./);
  });

  test('that are missing cause an error that says how to make them', () => {
    const folder = copied();
    rmSync(join(folder, 'recorded/file.json'));

    expect(() => recorded('file', folder)).toThrow('npm run differential -- --record file');
  });
});
