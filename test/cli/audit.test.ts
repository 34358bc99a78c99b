import { execFile, execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseXml } from '../report/parse-xml.ts';
import { isThorough } from '../thorough.ts';
import { Rig, type Said } from './rig.ts';

const execFileAsync = promisify(execFile);

let rig: Rig;

const PLAYBOOK = `
- hosts: all
  connection: local
  gather_facts: false
  tasks:
    - name: motd
      copy: { content: "{{ text | default('hello') }}\\n", dest: "{{ playbook_dir }}/motd-{{ item }}" }
      loop: [a, b]
    - name: a secret
      copy: { content: s3cret, dest: "{{ playbook_dir }}/secret" }
      no_log: true
`;

beforeEach(async () => {
  rig = new Rig().write({ 'site.yaml': PLAYBOOK, 'hosts.yaml': 'all: {hosts: {web1: , web2: }}\n' });
  await run('site.yaml', '-i', 'hosts.yaml');
});
afterEach(() => rig[Symbol.dispose]());

/** Runs the program with a history of its own. */
const run = (...args: readonly string[]): Promise<Said> => rig.run(args, { env: { RETRACE_HISTORY: 'history' } });
const audit = (...more: readonly string[]): Promise<Said> => run('audit', 'site.yaml', '-i', 'hosts.yaml', ...more);
const file = (name: string): string => readFileSync(join(rig.folder, name), 'utf8');
const tamper = (): void => writeFileSync(join(rig.folder, 'motd-a'), 'by hand\n');
const idIn = ({ stdout }: Said): string => /^ {2}([0-9a-f]{10}) /m.exec(stdout)?.[1] ?? '';

describe('run audit', () => {
  test('ends with 0 and says how much is in order if nothing differs', async () => {
    expect(await audit()).toEqual({ code: 0, stdout: 'no findings: 4 tasks in order on 2 hosts\n', stderr: '' });
  });

  test('tells what is the same on several hosts in one line', async () => {
    tamper();
    const { code, stdout } = await audit();

    expect(code).toBe(2);
    expect(stdout.replace(/[0-9a-f]{10,12}/g, 'HASH').replaceAll(rig.folder, '')).toMatch(
      /^1 drift on 2 of 2 hosts\n\nDrift\n {2}HASH {2}web1, web2: motd \(item=a\) \/motd-a: content: HASH \(8 bytes\) → HASH \(6 bytes\) \(drift since \d{4}-\d\d-\d\d\)\n$/,
    );
  });

  test('tells the same when nothing has changed', async () => {
    tamper();

    expect(await audit('--diff', '-v')).toEqual(await audit('--diff', '-v'));
  });

  test('tells a changed declaration from drift', async () => {
    const { stdout } = await audit('-e', 'text=other');

    expect(stdout).toContain('(intended since');
    expect(stdout).not.toContain('(drift since');
  });

  test('never tells what a task with no_log would write', async () => {
    writeFileSync(join(rig.folder, 'secret'), 'other');
    const forms = ['text', 'markdown', 'json', 'prometheus', 'sarif', 'ndjson', 'junit', 'html'];
    const { code } = await audit('--diff', ...forms.map((form) => `--output=${form}=out.${form}`));
    const all = [...forms.map((form) => file(`out.${form}`)), file('history/history.sqlite')].join('');

    expect(code).toBe(2);
    expect(all).toContain('a secret');
    expect(all).not.toContain('s3cret');
  });

  test('writes several forms in one go', async () => {
    tamper();
    const { stdout } = await audit(
      '-o',
      'json=a.json',
      '-o',
      'junit=a.xml',
      '-o',
      'prometheus=a.prom',
      '-o',
      'markdown',
    );
    const validate = new Ajv2020({ allErrors: true }).compile(
      JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/audit.schema.json'), 'utf8')),
    );

    expect(stdout).toContain('| finding | hosts | task | found | since |');
    expect(validate(JSON.parse(file('a.json'))) ? [] : validate.errors).toEqual([]);
    expect(parseXml(file('a.xml')).attributes['failures']).toBe('2');
    expect(file('a.prom')).toContain('retrace_audit_findings{host="web1",kind="drift"} 1\n');
  });

  test('refuses an unknown form and a file that cannot be written before it asks any host', async () => {
    const { code, stdout, stderr } = await audit(
      '-o',
      'htm=a',
      '-o',
      'json=no/where.json',
      '-o',
      'text',
      '-o',
      'markdown',
    );

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('got "htm"; did you mean "html"?');
    expect(stderr).toContain('there is no directory no');
    expect(stderr).toContain('only one form can go to stdout');
    expect(existsSync(join(rig.folder, 'a'))).toBe(false);
  });

  test('writes through a link and to a pipe, and leaves both as they are', async () => {
    rig.write({ 'real.txt': '' });
    symlinkSync('real.txt', join(rig.folder, 'link.txt'));
    execFileSync('mkfifo', [join(rig.folder, 'pipe')]);
    const piped = execFileAsync('cat', [join(rig.folder, 'pipe')]);
    await audit('-o', 'text=link.txt', '-o', 'markdown=pipe');

    expect((await piped).stdout).toContain('# Audit of');
    expect(lstatSync(join(rig.folder, 'link.txt')).isSymbolicLink()).toBe(true);
    expect(file('real.txt')).toContain('no findings');
  });

  test('keeps nothing if no history is wanted', async () => {
    const env = { RETRACE_HISTORY: 'off', HOME: join(rig.folder, 'elsewhere') };
    tamper();
    const { stdout } = await rig.run(['audit', 'site.yaml', '-i', 'hosts.yaml'], { env });

    expect(stdout).not.toContain('since');
    expect(existsSync(env.HOME)).toBe(false);
  });
});

describe('run accept', () => {
  test('an accepted finding does not count until its time has ended', async () => {
    tamper();
    const id = idIn(await audit());
    const accepted = await run('accept', id.slice(0, 6), '--until', '2999-01-31', '--why', 'waits', '--owner', 'alex');
    const after = await audit();

    expect(accepted.stdout).toBe(
      `${id} motd (item=a) is accepted on all hosts until 2999-01-31: accepted-findings.yaml\n`,
    );
    expect({ code: after.code, first: after.stdout.split('\n')[0] }).toEqual({
      code: 0,
      first: 'no findings: 2 tasks in order on 2 hosts; 1 accepted',
    });
    writeFileSync(join(rig.folder, 'accepted-findings.yaml'), file('accepted-findings.yaml').replace('2999', '2020'));
    expect(await audit()).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('accepted by alex until 2020-01-31: waits'),
    });
  });

  test('it counts on other hosts than those that it was accepted for', async () => {
    tamper();
    const id = idIn(await audit());
    await run('accept', id, '--until', '2999-01-31', '--why', 'waits', '--host', 'web2');
    const { code, stdout } = await audit();

    expect(code).toBe(2);
    expect(stdout).toContain('1 drift on 1 of 2 hosts; 1 accepted');
  });

  test('comments and other entries of the file stay', async () => {
    tamper();
    const id = idIn(await audit());
    rig.write({
      'accepted-findings.yaml':
        '# ours\n- finding: "0000000000" # old\n  until: 2999-01-01\n  owner: sam\n  why: because\n',
    });
    await run('accept', id, '--until', '2999-01-31', '--why', 'waits');

    expect(file('accepted-findings.yaml')).toContain('# ours\n- finding: "0000000000" # old\n');
    expect(file('accepted-findings.yaml')).toContain(`- finding: "${id}"\n`);
    expect((await audit()).code).toBe(0);
  });

  test('a mistake in the file is told with its place before any host is asked', async () => {
    rig.write({
      'accepted-findings.yaml': '- finding: "0000000000"\n  until: soon\n  owner: sam\n  reason: because\n',
    });
    const { code, stderr } = await audit();

    expect(code).toBe(1);
    expect(stderr).toContain('accepted-findings.yaml:2:10  `until`: expected a date as in 2027-01-31, got "soon"');
    expect(stderr).toContain('unknown key "reason"');
    expect(stderr).toContain('`why` is missing');
  });

  test.each(['hello\n', ...(isThorough ? [': [broken', 'accepted: 5\n'] : [])])(
    'leaves a file alone that it does not understand: %j',
    async (text) => {
      tamper();
      const id = idIn(await audit());
      rig.write({ 'accepted-findings.yaml': text });
      const { code, stderr } = await run('accept', id, '--until', '2999-01-31', '--why', 'waits');

      expect(code).toBe(1);
      expect(stderr).toContain('accepted-findings.yaml:1:');
      expect(file('accepted-findings.yaml')).toBe(text);
    },
  );

  test('refuses a host on which the finding never was', async () => {
    tamper();
    const id = idIn(await audit());
    const { code, stderr } = await run('accept', id, '--until', '2999-01-31', '--why', 'waits', '--host', 'web3');

    expect(code).toBe(1);
    expect(stderr).toContain('was never found on web3');
  });

  test('tells all mistakes of the command line at once', async () => {
    const { code, stderr } = await run('accept', 'xyz', '--until', '2027-02-30');

    expect(code).toBe(1);
    expect(stderr).toContain('--until: expected a date');
    expect(stderr).toContain('--why is missing');
    expect(stderr).toContain('expected the ID of a finding');
  });
});

describe('run history and run drift', () => {
  test('a host that no run knows is not taken for one in order', async () => {
    const { code, stderr } = await run('drift', 'web3');

    expect(code).toBe(1);
    expect(stderr).toContain('the history knows no host "web3"');
  });

  test('name the run that repaired what an audit had found', async () => {
    tamper();
    await audit();
    const before = await run('drift', 'web1');
    await run('site.yaml', '-i', 'hosts.yaml');
    const [now, ended, list, shown] = await Promise.all([
      run('drift'),
      run('drift', '--ended', '--output', 'json'),
      run('history', '--output', 'json'),
      run('history', 'show', '3'),
    ]);

    expect(before.stdout).toMatch(/^[0-9a-f]{10} {2}web1: motd \(item=a\) .*\n {12}drift, seen /);
    expect(now.stdout).toBe('nothing is known to differ\n');
    expect(JSON.parse(ended.stdout)).toMatchObject([{ ended: { run: 3, how: 'repaired' } }, { ended: { run: 3 } }]);
    expect(JSON.parse(list.stdout).map(({ kind }: { kind: string }) => kind)).toEqual(['run', 'audit', 'run']);
    expect(shown.stdout).toContain('changed: web1: motd (item=a)');
  });
});
