import { describe, expect, test } from 'vitest';
import type { Diagnostic, Result } from '../../src/core/source.ts';
import { readDocument } from '../../src/document/read-document.ts';
import { type Coverage, type CoveredPart, countsOf, coverageOf } from '../../src/document/steps/cover.ts';
import {
  type StepsReport,
  summaryText,
  writeStepsJson,
  writeStepsMarkdown,
  writeStepsText,
} from '../../src/document/steps/forms.ts';
import { readLeftOut, type Saying, sayingsInComments } from '../../src/document/steps/left-out.ts';
import { writeStepsPage } from '../../src/document/steps/page.ts';
import type { StepTask } from '../../src/document/steps/step-task.ts';

const task = (step: string | undefined, type: string, params: unknown, more: Partial<StepTask> = {}): StepTask => ({
  name: `${type} of ${step ?? 'no step'}`,
  type,
  ...(step !== undefined && { step }),
  file: 'site.yaml',
  line: 1,
  how: 'does',
  variants: [params],
  ...more,
});

const looks = { how: 'looks' } as const;

const TASKS: readonly StepTask[] = [
  task('S01', 'apt', { name: ['nginx', 'curl'] }),
  task('S01', 'apt', { name: 'exim4', state: 'absent' }, { name: 'no exim' }),
  task('S02', 'config_links', { src: '/opt/conf/nginx', dest: '/etc/nginx', links: ['nginx.conf'] }),
  task('S03', 'systemd', { name: 'nginx', state: 'started', enabled: true }),
  task('S03', 'systemd', { daemon_reload: true }, { name: 'reread' }),
  task('S04', 'git', { repo: 'git@forge.example:team/conf.git', dest: '/opt/conf' }),
  task('S05', 'wait_for', { host: '192.0.2.1', port: 9113, state: 'refused' }, looks),
  task('S05', 'verify', { cmd: 'test "$(ip route | wc -l)" = 1' }, { ...looks, name: 'one route' }),
  task('S06', 'manual', { instructions: 'Add it', show_file: '/root/key.pub' }, { how: 'manual' }),
  task('S07', 'proxmox_ct', { vmid: 100, mounts: { mp0: '/tank/a,mp=/mnt/a' } }),
  task('S08', 'lineinfile', { path: '/etc/a.conf', line: 'b = 1' }),
  task('S08', 'file', { path: '/srv/old', state: 'absent' }, { name: 'gone' }),
  task('S09', 'shell', { cmd: 'cp -a /etc/x /etc/x.old' }),
  task(undefined, 'apt', { name: 'stepless' }),
];

const cover = (text: string, sayings: readonly Saying[] = [], tasks = TASKS): Coverage =>
  coverageOf(readDocument(text, 'docs/report.md'), tasks, sayings);

/** `exact S01` */
const shown = ({ retraced, steps }: CoveredPart): string => [retraced, ...steps].join(' ');
const ofCommand = (command: string): string => cover(`\`\`\`bash\n${command}\n\`\`\``).parts.map(shown).join(', ');

describe('a command is retraced by a task that names all that it names', () => {
  test.for([
    ['sudo apt install -y nginx', 'exact S01'],
    ['apt-get install nginx curl', 'exact S01'],
    ['apt install nginx=1.2 htop', 'open'],
    ['apt purge exim4', 'exact S01'],
    ['apt install exim4', 'open'],
    ['apt purge nginx', 'open'],
    ['apt install stepless', 'open'],
    ['ln -s /opt/conf/nginx/nginx.conf /etc/nginx/', 'exact S02'],
    ['ln -s /opt/conf/nginx/nginx.conf /etc/nginx', 'exact S02'],
    ['cd /etc/nginx && ln -s /opt/conf/nginx/nginx.conf', 'exact S02'],
    ['ln -s /opt/other/nginx/nginx.conf /etc/nginx/', 'open'],
    ['systemctl enable nginx.service', 'exact S03'],
    ['systemctl stop nginx', 'open'],
    ['systemctl daemon-reload && systemctl restart nginx', 'exact S03'],
    ['systemctl daemon-reload && systemctl restart other', 'open S03'],
    ['systemctl status nginx', 'proof S03'],
    ['cd /opt\ngit clone git@forge.example:team/conf.git', 'exact S04, exact S04'],
    ['nc -vz 192.0.2.1 9113', 'proof S05'],
    ['nc -vz 192.0.2.1 80', 'open'],
    ['cat /root/key.pub', 'manual S06'],
    ['rm -r /srv/old', 'exact S08'],
    ['mkdir /srv/old', 'open'],
    ['mv /etc/x /etc/x.old', 'exact S09'],
    ['rm /etc/x', 'open'],
    ['echo b > /etc/nowhere', 'open'],
    ['cd /tmp', 'open'],
  ])('%s: %s', ([command = '', way]) => {
    expect(ofCommand(command)).toBe(way);
  });

  test('and if it is open, it is told which name no task has', () => {
    expect(cover('```sh\napt install nginx htop\n```').parts[0]?.because).toBe('no task names htop');
  });
});

describe('an excerpt', () => {
  test.for([
    ['I edit /etc/pve/lxc/100.conf\n\nand add:\n\nmp0: /tank/a,mp=/mnt/a', 'exact S07'],
    ['In `/etc/a.conf`:\n```ini\nb = 1\n```', 'exact S08'],
    ['In `/etc/a.conf`:\n```ini\nb = 2\n```', 'open'],
    ['Somewhere:\n```ini\nc = 2\n```', 'open'],
    ['Our `nginx/nginx.conf`:\n```conf\nuser www-data;\n```', 'exact S02'],
  ])('is retraced by its lines or its file: %s', ([text = '', way]) => {
    expect(
      cover(text)
        .parts.filter(({ part }) => part.kind === 'content')
        .map(shown),
    ).toEqual([way]);
  });
});

describe('an instruction', () => {
  test.for([
    ['I installed `nginx` by hand.', 'exact S01'],
    ['I added 192.0.2.1 in the console.', 'open'],
    ['I rebooted it.', 'open'],
    ['I edited `/etc/unknown`.', 'open'],
  ])('needs names if its step is not told: %s', ([text = '', way]) => {
    expect(cover(text).parts.map(shown)).toEqual([way]);
  });

  test('that introduces an excerpt is as the excerpt', () => {
    expect(cover('I changed the container:\n\nmp0: /tank/a,mp=/mnt/a').parts.map(shown)).toEqual([
      'exact S07',
      'exact S07',
    ]);
  });
});

const comment = (text: string): Result<readonly Saying[]> => sayingsInComments(readDocument(text, 'report.md'), TASKS);

describe('comments', () => {
  test('give the step for the rest of their section, or leave the next part out', () => {
    const text = [
      '# A',
      '## Route',
      '<!-- step: S05 -->',
      '`ip route show`',
      '## B',
      'I rebooted it. <!-- left out: only once -->',
      '',
      '`ip route show`',
    ].join('\n');
    const said = comment(text);

    expect(said.ok && cover(text, said.value).parts.map(shown)).toEqual(['proof S05', 'left out', 'open']);
  });

  test.for([
    ['# A\n<!-- step: S91 -->', 'no task has the step "S91"', 2],
    ['<!-- left out: -->', 'a comment with `left out:` says nothing after it', 1],
    ['text\n\n<!-- left out: why -->', 'nothing follows that could be left out', 3],
  ] as const)('with mistakes are told: %s', ([text, message, line]) => {
    expect(comment(text)).toMatchObject({ ok: false, error: [{ message, at: { file: 'report.md', line } }] });
  });
});

const DOCUMENT = readDocument(
  ['# Top', '## Route', '`ip route show`', '', 'I rebooted it.', '', '## Other', '`apt install htop`'].join('\n'),
  'docs/report.md',
);
const leftOut = (yaml: string): Result<readonly Saying[]> => readLeftOut(yaml, 'steps-left-out.yaml', DOCUMENT, TASKS);
const entry = (yaml: string): Result<readonly Saying[]> => leftOut(`report.md:\n  - ${yaml}\n`);

describe('steps-left-out.yaml', () => {
  test.for([
    ['{lines: 3, step: S05}', ['proof S05', 'open', 'open']],
    ['{lines: 3-5, step: S06}', ['open S06', 'manual S06', 'open']],
    ['{under: Route, left_out: why}', ['left out', 'left out', 'open']],
    ['{text: htop, left_out: why}', ['open', 'open', 'left out']],
    ['{under: Other, text: htop, task: no exim}', ['open', 'open', 'exact S01']],
    ['{lines: 1-8, step: S05}\n  - {lines: 5, left_out: once}', ['proof S05', 'left out', 'open S05']],
  ] as const)('selects and says: %s', ([yaml, ways]) => {
    const said = entry(yaml);

    expect(said.ok && coverageOf(DOCUMENT, TASKS, said.value).parts.map(shown)).toEqual([...ways]);
  });

  test('says nothing about documents that it does not name', () => {
    expect(leftOut('other.md: [{lines: 1, step: S99}]')).toEqual({ ok: true, value: [] });
    expect(leftOut('')).toEqual({ ok: true, value: [] });
  });

  test.for<readonly [string, string, string?]>([
    [
      '{lines: 3, stop: S05}',
      'unknown key "stop"; expected some of lines, under, text, step, task, left_out',
      'did you mean "step"?',
    ],
    ['{step: S05}', 'the entry selects nothing: expected `lines`, `under` or `text`'],
    ['{lines: 3}', 'the entry says nothing: expected `step`, `task` or `left_out`'],
    ['{lines: 3, step: S5}', 'no task has the step "S5"', 'did you mean "S05"?'],
    ['{lines: 3, task: no exin}', 'there is no task "no exin"', 'did you mean "no exim"?'],
    ['{lines: 3, step: S05, task: no exim}', 'there is no task "no exim" in the step S05'],
    ['{lines: 3, step: S05, left_out: why}', 'what is left out has no step and no task'],
    ['{lines: 99, step: S05}', '`lines`: the document has the lines 1-8, not 99'],
    ['{lines: a-b, step: S05}', '`lines`: expected a line or a range as in 12-14, got "a-b"'],
    ['{lines: 1, step: S05}', 'there is no command, excerpt or instruction'],
    ['{under: Roude, step: S05}', 'the document has no heading "Roude"', 'did you mean "Route"?'],
    ['{under: Route, text: htop, step: S05}', 'no command, excerpt or instruction there contains "htop"'],
    ['{lines: 3, left_out: [why]}', '`left_out`: expected a text'],
    ['nothing', 'expected an entry, such as `{lines: 12-14, step: S01}`'],
  ])('is told its mistakes with their place: %s', ([yaml, message, hint]) => {
    const said = entry(yaml);
    const errors: readonly Diagnostic[] = said.ok ? [] : said.error;

    expect(errors.map((one) => [one.message, one.hint, one.at?.file, one.at?.line])).toContainEqual([
      message,
      hint,
      'steps-left-out.yaml',
      2,
    ]);
  });

  test.for([
    ['- a', 'expected names of documents, each with a list of entries'],
    ['report.md: a', '`report.md`: expected a list of entries'],
  ])('must name documents: %s', ([yaml = '', message]) => {
    expect(leftOut(yaml)).toMatchObject({ ok: false, error: [{ message }] });
  });
});

const HOSTILE =
  'I added `<b onclick="x()">|</b>`.\n\n`apt install nginx` <script>alert(1)</script> [a](javascript:b)\n';

const reportOf = (coverage: Coverage): StepsReport => ({
  coverage,
  playbooks: ['site.yaml'],
  audited: '2027-01-02T03:04:05.000Z',
  states: new Map([['S01', '1 drift on <web1>']]),
});

describe('the report', () => {
  test('counts what is accounted for', () => {
    const report = reportOf(cover('`apt install nginx`\n\n`apt install htop`\n\nI rebooted it.'));

    expect(countsOf(report.coverage).command).toMatchObject({ exact: 1, open: 1 });
    expect(summaryText(report)).toBe('1 of 2 commands, 0 of 0 excerpts and 0 of 1 instructions are accounted for');
    expect(report.coverage.elsewhere).toEqual(['S02', 'S03', 'S04', 'S05', 'S06', 'S07', 'S08', 'S09']);
  });

  test('as text has each part below its heading, with what retraces it and what the last audit found', () => {
    const text = writeStepsText(reportOf(cover('# Web\n\n`apt install nginx`\n')), (_, word) => word);

    expect(text.split('\n').slice(0, 3)).toEqual([
      'Web',
      '   3  exact     $ apt install nginx',
      '                S01 apt of S01 [1 drift on <web1>]',
    ]);
    expect(text).toContain('states are those of the last audit, 2027-01-02 03:04Z\n');
  });

  test('as HTML has every line of the document, and believes none', () => {
    const page = writeStepsPage(reportOf(cover(HOSTILE)));

    expect(page.match(/<tr class=/g)).toHaveLength(4);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toMatch(/<script|<b onclick|href=/);
    expect(page).toContain("default-src 'none'");
  });

  test('as Markdown is a table that no text of the document leaves', () => {
    const table = writeStepsMarkdown(reportOf(cover(HOSTILE)));
    const rows = table.split('\n').filter((line) => line.startsWith('| '));

    expect(rows.map((row) => row.replaceAll('\\|', '').split('|').length)).toEqual(rows.map(() => 7));
    expect(table).not.toMatch(/(?<!\\)<(?:b|script|web1)/);
  });

  test('as JSON has the kind of every line', () => {
    const json = JSON.parse(writeStepsJson(reportOf(cover('# A\n\n`apt install nginx`')))) as Record<string, unknown>;

    expect(json).toMatchObject({
      document: 'docs/report.md',
      counts: { command: { exact: 1, open: 0 } },
      parts: [
        {
          kind: 'command',
          line: 3,
          column: 1,
          retraced: 'exact',
          steps: ['S01'],
          byHand: false,
          audit: '1 drift on <web1>',
        },
      ],
      lines: [
        { line: 1, kind: 'text' },
        { line: 2, kind: 'text' },
        { line: 3, kind: 'command' },
      ],
    });
  });
});
