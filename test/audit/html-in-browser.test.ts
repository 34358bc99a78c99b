import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Audit } from '../../src/audit/finding.ts';
import { isThorough } from '../thorough.ts';
import { type Look, type Opened, openAudit, startChromium } from './browser.ts';
import { calm, finding, many, morning } from './sample.ts';

// CI has no Chromium.
describe.runIf(isThorough)("the audit's page in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(async () => browser?.close());

  /** Does something on a page, which must not complain or ask a network for anything. */
  async function on(audit: Audit, look: Look, act: (opened: Opened) => Promise<void>): Promise<void> {
    const opened = await openAudit(browser, audit, look);
    try {
      await act(opened);
      expect(opened.complaints).toEqual([]);
      expect(opened.requests.filter((url) => !url.startsWith('file:'))).toEqual([]);
    } finally {
      await opened.close();
    }
  }

  const titles = ({ page }: Opened) => page.locator('#findings .f:visible > summary .t b').allTextContents();
  const groups = ({ page }: Opened) =>
    page.locator('#cards > .g:visible > h2, #hosts > .host > summary > b').allTextContents();
  const status = ({ page }: Opened) => page.locator('#status').textContent();
  const focused = ({ page }: Opened) => page.locator(':focus').textContent();

  test('filters by text: all words, in the task, the host, the reason or a diff', async () => {
    await on(morning, {}, async (opened) => {
      const { page } = opened;
      expect(await status(opened)).toBe('11 findings');
      await page.fill('#q', 'NGINX off2');
      expect(await titles(opened)).toEqual(['nginx : install nginx.conf', 'nginx : enable the site']);
      expect(await status(opened)).toBe('2 of 11 findings');
      await page.fill('#q', 'worker_connections 4096');
      expect(await titles(opened)).toEqual(['nginx : install nginx.conf']);
      await page.fill('#q', 'ct102');
      expect(await page.locator('#findings details > .body > details:not([hidden])').count()).toBe(1);
      await page.fill('#q', 'no such thing');
      expect(await titles(opened)).toEqual([]);
      expect(await page.locator('.empty').textContent()).toContain('Nothing matches');
      await page.press('#q', 'Escape');
      expect(await status(opened)).toBe('11 findings');
    });
  });

  test('filters by kind', async () => {
    await on(morning, {}, async (opened) => {
      const { page } = opened;
      await page.click('[data-kind=unknown]');
      expect(await titles(opened)).toEqual(['nftables : generate the rules']);
      await page.click('[data-kind=failed]');
      expect(await titles(opened)).toEqual(['certificates : issue the certificate', 'nftables : generate the rules']);
      expect(await page.locator('[aria-pressed=true]').count()).toBe(2);
    });
  });

  test('groups by host, task and step, and by kind again', async () => {
    await on(morning, {}, async (opened) => {
      const { page } = opened;
      const kinds = await groups(opened);
      await page.getByText('host', { exact: true }).click();
      expect(await groups(opened)).toEqual(['ct100', 'ct101', 'ct102', 'off1', 'off2', 'proxy']);
      await page.locator('.host > summary', { hasText: 'ct102' }).click();
      await expect.poll(() => titles(opened)).toEqual(['say which host this is']);
      expect(await page.locator('.host .f > summary > .w').textContent()).toBe('content: absent → 44 bytes');
      await page.fill('#q', 'off1 mode');
      expect(await groups(opened)).toEqual(['off1']);
      expect(await titles(opened)).toEqual(['nginx : install nginx.conf']);
      await page.fill('#q', '');
      await page.getByText('task', { exact: true }).click();
      expect(await groups(opened)).toContain('say which host this is 2');
      await page.getByText('step', { exact: true }).click();
      expect(await groups(opened)).toEqual([
        'Step S2 1',
        'Step S5 2',
        'Step S7 1',
        'Step S8 1',
        'Step S9 2',
        'Step S12 1',
        'Without a step 3',
      ]);
      await page.getByText('kind', { exact: true }).click();
      expect(await groups(opened)).toEqual(kinds);
    });
  });

  test('opens a diff with keys only', async () => {
    await on(morning, {}, async (opened) => {
      const { page } = opened;
      const diff = page.locator('#findings pre', { hasText: 'worker_connections' });
      expect(await diff.isVisible()).toBe(false);
      for (const key of ['j', 'j', 'ArrowDown']) await page.keyboard.press(key);
      expect(await focused(opened)).toContain('nginx.conf');
      await page.keyboard.press('Enter');
      expect(await diff.isVisible()).toBe(true);
      await page.keyboard.press('Escape');
      expect(await diff.isVisible()).toBe(false);
      await page.keyboard.press('k');
      expect(await focused(opened)).toContain('certificates');
      await page.keyboard.press('/');
      await page.keyboard.type('snap');
      await page.keyboard.press('Enter');
      expect(await focused(opened)).toContain('sanoid : take snapshots');
    });
  });

  test('reaches every control with Tab, and shows where the focus is', async () => {
    await on(morning, {}, async ({ page }) => {
      const reached = new Set<string>();
      for (let times = 0; times < 50; times += 1) {
        await page.keyboard.press('Tab');
        const seen = await page.evaluate<readonly [string, boolean]>(`(() => {
          const one = document.activeElement;
          const outlined = [one, one.nextElementSibling].some((part) => part && getComputedStyle(part).outlineStyle === 'solid');
          return [one.id || one.dataset.kind || one.value || one.closest('details')?.id || one.tagName, outlined];
        })()`);
        if (seen[0] === 'BODY') break;
        expect(seen).toEqual([seen[0], true]);
        reached.add(seen[0]);
      }
      const ids = morning.findings.map(({ id, kind }) => `f-${id}-${kind}`);
      for (const name of ['q', 'drift', 'accepted', 'kind', 'all', ...ids]) expect([...reached]).toContain(name);
    });
  });

  test.for([400, 1400])('needs no scrolling to the side at %i pixels', async (width) => {
    await on(morning, { width }, async ({ page }) => {
      const excess = () => page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      expect(await excess()).toBe(0);
      await page.click('#all');
      expect(await excess()).toBe(0);
      await page.getByText('host', { exact: true }).click();
      await page.click('#all');
      expect(await excess()).toBe(0);
    });
  });

  test('long names and lines do not widen it', async () => {
    const long = 'x'.repeat(500);
    const audit = calm({
      playbooks: [long],
      findings: [
        finding('drift', long, {
          subject: `/${long}`,
          hosts: [long],
          changes: [{ what: long, from: long, to: long, diff: { before: long, after: `${long}y` } }],
        }),
      ],
    });
    await on(audit, { width: 400 }, async ({ page }) => {
      await page.click('#all');
      expect(await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    });
  });

  test('shows everything without a script', async () => {
    await on(morning, { script: false }, async (opened) => {
      expect(await titles(opened)).toHaveLength(10);
      expect(await opened.page.locator('form.tools').isVisible()).toBe(false);
    });
  });

  test.for([true, false])('prints all diffs and no controls (script: %s)', async (script) => {
    await on(morning, { script }, async ({ page }) => {
      await page.emulateMedia({ media: 'print' });
      expect(await page.locator('form.tools').isVisible()).toBe(false);
      for (const diff of await page.locator('#findings pre').all())
        expect((await diff.boundingBox())?.height).toBeGreaterThan(20);
    });
  });

  test('what a host says stays text in the groups that the script makes', async () => {
    const evil = '<img src=x onerror=alert(1)></script>';
    const audit = calm({
      hosts: {},
      findings: [
        finding('drift', evil, { hosts: [evil], task: { name: evil, type: 'copy', step: evil, file: evil, line: 1 } }),
      ],
    });
    await on(audit, {}, async (opened) => {
      for (const by of ['host', 'task', 'step']) {
        await opened.page.getByText(by, { exact: true }).click();
        expect((await groups(opened)).join()).toContain(evil);
      }
      expect(await opened.page.locator('img').count()).toBe(0);
    });
  });

  test.for(['same', 'differing'] as const)(
    'is usable within a second with 1,000 hosts and 7 findings on each (%s)',
    async (how) => {
      await on(many(1000, 7, how), {}, async (opened) => {
        const { page } = opened;
        // The processor time of the page's thread: other tests may run at the same time.
        const session = await page.context().newCDPSession(page);
        await session.send('Performance.enable');
        const spent = async (): Promise<number> => {
          const { metrics } = await session.send('Performance.getMetrics');
          return (metrics.find(({ name }) => name === 'ThreadTime')?.value ?? Number.NaN) * 1000;
        };
        const timed = async (act: () => Promise<unknown>): Promise<number> => {
          const before = await spent();
          await act();
          await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))');
          return Math.round((await spent()) - before);
        };
        const times = {
          ready: await timed(() => page.reload()),
          host: await timed(() => page.evaluate("document.querySelector('[value=host]').click()")),
          search: await timed(() => page.fill('#q', 'web777')),
          kind: await timed(() => page.evaluate("document.querySelector('[value=kind]').click()")),
        };
        expect(await status(opened)).toMatch(how === 'same' ? /^7 findings$/ : /^7 of 7000 findings$/);
        console.info(how, times);
        expect(Object.entries(times).filter(([, ms]) => !(ms < 1000))).toEqual([]);
      });
    },
  );
});
