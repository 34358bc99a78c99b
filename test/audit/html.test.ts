import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Audit } from '../../src/audit/finding.ts';
import { writeHtml } from '../../src/audit/forms/html.ts';
import { AUDIT_FORMS } from '../../src/audit/forms/index.ts';
import { matches, searchedWords } from '../../src/audit/page/script/filter.ts';
import { visibleIn } from '../../src/core/visible.ts';
import { parseXml } from '../report/parse-xml.ts';
import { isThorough } from '../thorough.ts';
import { calm, change, finding, inOrder, many, morning } from './sample.ts';

/** The page without its own script and style. */
const contentOf = (page: string): string =>
  page.replace(/<script>[\s\S]*?<\/script>/, '').replace(/<style>[\s\S]*?<\/style>/, '');

/** What a reader sees without a script: the text of the page. */
const textOf = (page: string): string =>
  contentOf(page)
    .replace(/<script type="application\/json"[\s\S]*?<\/script>|<svg[\s\S]*?<\/svg>|<form[\s\S]*?<\/form>/g, '')
    .replace(/<[^>]*>/g, '')
    .replace(/&(\w+|#39);/g, (_, name: string) => ({ lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'" })[name] ?? '?');

const HOSTILE = [
  '</script><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><svg onload=alert(1)>',
  "' autofocus onfocus='alert(1)",
  '</style><!--',
  '&lt;b&gt; {{ 1 }} ${1}',
  '‮evil‬\x1b[31m\u2066',
  '</pre></details>',
  '__proto__',
];

/** An audit in which a text stands wherever a host or a playbook can write something. */
const saying = (text: string): Audit =>
  calm({
    version: text,
    playbooks: [text],
    errors: [text],
    hosts: { [text]: inOrder(1), other: inOrder(2) },
    findings: [
      finding('drift', text, {
        task: { name: text, type: text, step: text, file: text, line: 1 },
        subject: `about ${text}`,
        item: text,
        hosts: [text],
        changes: [
          change(text, text, `new ${text}`, { before: `${text}\n`, after: `new ${text}\n`, beforeHeader: text }),
          change('two', '', text),
        ],
        assuming: [text],
        unless: [text],
        seen: { [text]: { firstSeen: text, times: 2, cause: 'drift' } },
      }),
      finding('unknown', 'why', { reason: text, hosts: [text, 'other'] }),
      finding('drift', 'left', { accepted: { why: text, until: text, owner: text } }),
    ],
    history: [{ startedAt: text, drift: 1, lint: 0, unknown: 0, failed: 0, exitCode: 2 }],
  });

describe('what a host says is never markup', () => {
  const elements = (page: string): readonly string[] =>
    [...contentOf(page).matchAll(/<[!/a-z][^\s>]*/gi)].map(([tag]) => tag);
  const attributes = (page: string): readonly string[] =>
    [...contentOf(page).matchAll(/<[a-z][^>]*>/gi)].flatMap(([tag]) =>
      [...tag.matchAll(/ ([\w:-]+)="[^"]*"/g)].map(([, name = '']) => name),
    );
  const harmless = writeHtml(saying('harmless'));

  test.for(HOSTILE)('%j', (text) => {
    const page = writeHtml(visibleIn(saying(text)));

    expect(elements(page)).toEqual(elements(harmless));
    expect(attributes(page)).toEqual(attributes(harmless));
    expect(textOf(page)).toContain(`about ${visibleIn(text)}`);
    expect(
      JSON.parse(/<script type="application\/json" id="data">(.*)<\/script>/.exec(page)?.[1] ?? '').hosts,
    ).toContain(visibleIn(text));
    expect(page).not.toMatch(/[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]/);
  });

  test('the form gets its texts with control characters made visible', () => {
    expect(AUDIT_FORMS['html']).toMatchObject({ forPeople: true });
  });

  test('only this script and this style are allowed, and no network', () => {
    const page = writeHtml(morning);
    const inside = (tag: string): string => new RegExp(`<${tag}>([^\\0]*?)</${tag}>`).exec(page)?.[1] ?? '';
    const sum = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

    expect(page).toContain(
      `content="default-src 'none'; style-src ${sum(inside('style'))}; script-src ${sum(inside('script'))}; base-uri 'none'; form-action 'none'"`,
    );
    expect(page.match(/<(?:link|img|iframe|object|base)\b| style=| on\w+=|https?:/g)).toBeNull();
  });
});

describe('the page', () => {
  test('is the same for equal audits', () => {
    expect(writeHtml(structuredClone(morning))).toBe(writeHtml(morning));
  });

  test('is well-formed', () => {
    const page = contentOf(writeHtml(morning))
      .replace('<!doctype html>', '')
      .replace(/<(meta|input)([^>]*)>/g, '<$1$2/>')
      .replace(/ (hidden|checked|open)(?=[ >/])/g, ' $1=""');

    expect(() => parseXml(page)).not.toThrow();
  });

  test('tells everything without its script', () => {
    const text = textOf(writeHtml(morning));

    for (const { task, hosts, reason, changes } of morning.findings) {
      expect(text).toContain(task.name);
      expect(text).toContain(`${task.file}:${task.line}`);
      for (const host of hosts) expect(text).toContain(host);
      if (reason !== undefined) expect(text).toContain(reason);
      for (const { diff } of changes)
        for (const line of diff?.after.split('\n') ?? [])
          if (!diff?.before.includes(line)) expect(text).toContain(line.trim());
    }
    expect(text).toContain('Since 2026-11-24, in 7 audits in a row on off1; the host has strayed');
    expect(text).toContain('Accepted by alex until 2026-12-15: off2 moves to new disks; snapshots pause until then');
  });

  test('joins what a task found in several ways, and counts findings', () => {
    const page = writeHtml(morning);

    expect(page.match(/say which host this is<\/b>/g)).toHaveLength(1);
    expect(page).toContain('not the same on all hosts: 2 variants');
    expect(page).toMatch(/Drift <span class="n">6<\/span>/);
  });

  test('shows the errors of the audit first', () => {
    const text = textOf(writeHtml({ ...morning, errors: ['playbooks/site.yaml:3: no such role: nginx'] }));

    expect(text.indexOf('no such role')).toBeLessThan(text.indexOf('gather facts'));
    expect(text).toContain('The audit is incomplete');
  });

  test('has a bar for each of the last audits and for this one', () => {
    expect(writeHtml(morning).match(/<g><title>/g)).toHaveLength(16);
    expect(writeHtml(morning)).toContain('2026-11-30 04:00 UTC: 2 failed, 6 drift, 2 unknown</title>');
    expect(writeHtml(calm())).not.toContain('<figure');
  });
});

describe('when there is little to show', () => {
  test('nothing drifted', () => {
    expect(textOf(writeHtml(calm()))).toContain('Nothing drifted: 230 tasks in order on 4 hosts.');
    expect(textOf(writeHtml(calm({ hosts: { off1: inOrder(1200) } })))).toContain(
      'Nothing drifted: 1,200 tasks in order on off1.',
    );
  });

  test('nothing was checked, or not everything could be: that is not good news', () => {
    expect(textOf(writeHtml(calm({ hosts: {} })))).toContain('Nothing was checked.');
    expect(textOf(writeHtml(calm({ errors: ['interrupted'] })))).not.toContain('Nothing drifted');
  });

  test('only accepted findings', () => {
    const accepted = { why: 'a test', until: '2026-12-24', owner: 'sam' };
    const text = textOf(writeHtml(calm({ findings: [finding('drift', 'a task', { accepted })] })));

    expect(text).toContain('No findings: 230 tasks in order on 4 hosts; 1 accepted.');
    expect(text).toContain('4 hosts, 4 without open findings');
    expect(text).not.toContain('Drift');
  });
});

describe('a thousand hosts', () => {
  test.for(isThorough ? (['same', 'differing'] as const) : (['same'] as const))(
    'with seven findings each, %s, fit into 2 MB',
    (how) => {
      const page = writeHtml(many(1000, 7, how));

      expect(Buffer.byteLength(page)).toBeLessThanOrEqual(2_000_000);
      expect(page.match(/<details class="f"/g)).toHaveLength(7);
      expect(textOf(page)).toContain('web1000.example.org');
    },
  );

  test('long diffs are cut, and the page says so', () => {
    const lines = Array.from(
      { length: 450 },
      (_, index) => `line ${index} of a long file${' and so on'.repeat(90)}\n`,
    ).join('');
    const audit = calm({
      findings: Array.from({ length: 6 }, (_, index) =>
        finding('drift', `task ${index}`, {
          changes: [change('content', null, 'new', { before: '', after: `${lines}${index}\n` })],
        }),
      ),
    });
    const page = writeHtml(audit);

    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(2_000_000);
    expect(textOf(page)).toMatch(/… 351 more lines \(form json\)/);
  });
});

describe('the colours', () => {
  const css = readFileSync('src/audit/page/style.css', 'utf8');
  const palettes = [...css.matchAll(/:root \{([^}]*)\}/g)].map(
    ([, body = '']) =>
      new Map([...body.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name = '', hex = '']) => [name, hex])),
  );
  const luminance = (hex: string): number => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5]
      .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one: string, other: string): number => {
    const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };

  test.for(['light', 'dark'])('have enough contrast (WCAG AA), %s', (mode) => {
    const palette = palettes[mode === 'light' ? 0 : 1]!;
    const texts = ['ink', 'quiet', 'accent', 'unreachable', 'failed', 'drift', 'uncertain', 'unknown', 'accepted'];
    const pairs = [
      ...texts.flatMap((text) => ['ground', 'card', 'raised'].map((ground) => [text, ground, 4.5] as const)),
      ['added', 'added-ground', 4.5] as const,
      ['removed', 'removed-ground', 4.5] as const,
      ['ground', 'ink', 4.5] as const,
      ['edge', 'card', 3] as const,
      ['edge', 'ground', 3] as const,
    ];
    const poor = pairs.filter(([text, ground, least]) => contrast(palette.get(text)!, palette.get(ground)!) < least);

    expect(poor).toEqual([]);
  });
});

describe('a search', () => {
  test('finds what contains all its words, in whichever text', () => {
    expect(matches(searchedWords(' Nginx  OFF2 '), ['nginx : install', 'off1\noff2'])).toBe(true);
    expect(matches(searchedWords('nginx off3'), ['nginx : install', 'off1\noff2'])).toBe(false);
    expect(matches(searchedWords('  '), [])).toBe(true);
  });
});
