import { createHash } from 'node:crypto';
import type { Audit } from '../finding.ts';
import { html, trusted } from '../page/markup.ts';
import { bodyHtml } from '../page/page.ts';
import script from '../page/script/main.ts?text';
import style from '../page/style.css?text';
import { summaryOf } from '../summary.ts';
import type { AuditFormOptions } from './form.ts';

/** A page that should not grow beyond this, in bytes: longer diffs are cut, but no finding is left out. */
const BUDGET = 1_900_000;

/** How many lines of each diff are shown: as many as fit. */
const DIFF_LINES = [2000, 400, 100, 40, 16, 8, 4, 2, 0];

/** One page for a browser, without any other file. Always with diffs: they are folded. */
export function writeHtml(audit: Audit, _options?: AuditFormOptions): string {
  let page = '';
  for (const lines of DIFF_LINES) {
    page = pageOf(audit, lines);
    if (Buffer.byteLength(page) <= BUDGET) break;
  }
  return page;
}

/** The policy allows this style and this script, and nothing else: no network, no other script, no form. */
const POLICY = [
  "default-src 'none'",
  `style-src '${digest(style)}'`,
  `script-src '${digest(script)}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

const pageOf = (audit: Audit, diffLines: number): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Audit ${audit.startedAt.slice(0, 10)}: ${summaryOf(audit)}</title>
<style>${trusted(style)}</style>
</head>
<body>
${bodyHtml(audit, diffLines)}<script>${trusted(script)}</script>
</body>
</html>
`.html;
