import { mkdirSync } from 'node:fs';
import { test } from 'vitest';
import { openAudit, startChromium } from './browser.ts';
import { morning } from './sample.ts';

// Makes the pictures in docs/images, by hand: `SCREENSHOTS=1 npx vitest run test/audit/screenshots --project fast`.
const wanted = (process.env['SCREENSHOTS'] ?? '') !== '';

test.runIf(wanted)("pictures of the audit's page, narrow and wide, light and dark", async () => {
  mkdirSync('docs/images', { recursive: true });
  const browser = await startChromium();
  for (const width of [400, 1400])
    for (const dark of [false, true]) {
      const { page, close } = await openAudit(browser, morning, { width, dark });
      await page.setViewportSize({ width, height: width === 400 ? 1000 : 1150 });
      await page.locator('.f', { hasText: 'install nginx.conf' }).locator('summary').click();
      await page.mouse.move(0, 0);
      await page.evaluate('scrollTo(0, 0); document.activeElement.blur()');
      await page.screenshot({ path: `docs/images/audit-${width}-${dark ? 'dark' : 'light'}.png` });
      await close();
    }
  await browser.close();
});
