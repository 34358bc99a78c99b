import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Rig, type Said } from './rig.ts';

const PLAYBOOK = `
- hosts: all
  connection: local
  gather_facts: false
  vars: { folder: "{{ playbook_dir }}" }
  tasks:
    - name: the files are there
      step: S01
      copy: { content: "hello\\n", dest: "{{ playbook_dir }}/{{ site }}-{{ item }}" }
      loop: [a, b]
    - name: motd
      step: S02
      copy: { content: "hello\\n", dest: "{{ playbook_dir }}/motd" }
`;

const documentIn = (folder: string): string =>
  `# Install\n\n\`\`\`bash\ntouch ${folder}/shop-b\n\`\`\`\n\n\`cp x ${folder}/shop-c\`\n\nI wrote \`motd\`.\n`;

let rig: Rig;
beforeEach(() => {
  rig = new Rig().write({
    'site.yaml': PLAYBOOK,
    'hosts.yaml': 'all: {hosts: {web1: {site: shop}}}\n',
  });
  rig.write({ 'report.md': documentIn(rig.folder) });
});
afterEach(() => rig[Symbol.dispose]());

const steps = (...more: readonly string[]): Promise<Said> =>
  rig.run(['steps', 'site.yaml', '--document', 'report.md', '-i', 'hosts.yaml', ...more]);

describe('run steps', () => {
  test('evaluates parameters with the inventory and loops, and ends with 2 if something is open', async () => {
    const { code, stdout } = await steps();

    expect(code).toBe(2);
    expect(stdout).toContain(`   4  exact     $ touch ${rig.folder}/shop-b\n                S01 the files are there\n`);
    expect(stdout).toContain(`   7  open      $ cp x ${rig.folder}/shop-c\n`);
  });

  test('takes extra variables, and writes several forms in one go', async () => {
    const { stdout } = await steps(
      '-e',
      'site=other',
      '--output',
      'html=page.html',
      '-o',
      'json=all.json',
      '-o',
      'markdown',
    );

    expect(stdout).toContain(`| 4 | \`touch ${rig.folder}/shop-b\` | **open** |`);
    expect(readFileSync(join(rig.folder, 'page.html'), 'utf8')).toContain('<!doctype html>');
    expect(readFileSync(join(rig.folder, 'all.json'), 'utf8')).toContain('"kind": "command"');
  });

  test('ends with 0 if what is open was left out, and with 1 if that has a mistake', async () => {
    rig.write({ 'steps-left-out.yaml': 'report.md:\n  - {lines: 7, left_out: a try}\n  - {lines: 9, step: S02}\n' });

    expect((await steps()).code).toBe(0);

    rig.write({ 'steps-left-out.yaml': 'report.md:\n  - {lines: 7, step: S3}\n' });
    const { code, stdout, stderr } = await steps();

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/steps-left-out\.yaml:2:\d+ {2}no task has the step "S3"/);
    expect(stderr).toContain('the steps are S01, S02');
  });

  test('shows the state of each step by the last audit', async () => {
    const env = { RETRACE_HISTORY: 'history' };
    writeFileSync(join(rig.folder, 'motd'), 'by hand\n');
    await rig.run(['audit', 'site.yaml', '-i', 'hosts.yaml', '--limit', 'web1'], { env });
    const { stdout } = await rig.run(['steps', 'site.yaml', '--document', 'report.md', '-i', 'hosts.yaml'], { env });

    expect(stdout).toMatch(/S01 the files are there \[2 drift on web1\]/);
    expect(stdout).toContain('states are those of the last audit');
  });

  test.for([
    [['steps', 'site.yaml'], 'no document was given: --document FILE'],
    [['steps', 'site.yaml', '--document', 'report'], '--document'],
    [['steps', 'site.yaml', '--document', 'report.md', '-o', 'htm'], 'did you mean "html"?'],
    [['steps', 'site.yaml', '--document', 'report.md', '-o', 'html', '-o', 'json'], 'only one form can go to stdout'],
  ] as const)('refuses %j', async ([args, message]) => {
    const { code, stderr } = await rig.run(args);

    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });

  test('accounts for everything in a document like that of our playbook', async () => {
    const at = (path: string): string => resolve(path);
    const { code, stdout, stderr } = await rig.run([
      ...['steps', at('playbooks/off1-proxy.yaml'), '--document', at('test/document/off1-proxy-install.md')],
      ...['-i', at('inventory/lab.yaml'), '--vault-id', `lab@${at('inventory/lab-vault-password')}`],
      ...['-e', 'public_address=213.36.253.215'],
      ...['-e', 'infrastructure_repository=git@github.com:openfoodfacts/openfoodfacts-infrastructure.git'],
    ]);

    expect(stderr).toBe('');
    expect(stdout).toContain('26 of 26 commands, 8 of 8 excerpts and 20 of 20 instructions are accounted for');
    expect(code).toBe(0);
  });
});
