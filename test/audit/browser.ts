import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Audit } from '../../src/audit/finding.ts';
import { writeHtml } from '../../src/audit/forms/html.ts';

const CHROMIUM = '/usr/bin/chromium';

/** Starts Debian's Chromium. */
export async function startChromium(): Promise<Browser> {
  if (!existsSync(CHROMIUM))
    throw new Error(`${CHROMIUM} is missing: apt-get install -y --no-install-recommends chromium fonts-dejavu-core`);
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
}

/** How a page is looked at. */
export interface Look {
  readonly width?: number;
  readonly dark?: boolean;
  readonly script?: boolean;
}

/** A page of an audit in a browser, what it complained about, and what it asked a network for. */
export interface Opened {
  readonly page: Page;
  readonly complaints: readonly string[];
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** Opens the page of an audit from a file. */
export async function openAudit(browser: Browser, audit: Audit, look: Look = {}): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'audit-page-'));
  const file = join(folder, 'audit.html');
  writeFileSync(file, writeHtml(audit));
  const context = await browser.newContext({
    viewport: { width: look.width ?? 1400, height: 900 },
    colorScheme: look.dark === true ? 'dark' : 'light',
    javaScriptEnabled: look.script ?? true,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(file).href);
  const close = async (): Promise<void> => {
    await context.close();
    rmSync(folder, { recursive: true });
  };
  return { page, complaints, requests: requests, close };
}
