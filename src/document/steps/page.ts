import { createHash } from 'node:crypto';
import { html, type Markup, trusted } from '../../audit/page/markup.ts';
import type { DocumentLine } from '../document.ts';
import type { CoveredPart } from './cover.ts';
import { auditText, byText, type StepsReport, stateText, summaryText, waysText } from './forms.ts';

/** The document on the left, line by line, and beside its parts what retraces them: one page for a browser, without any other file or script. */
export function writeStepsPage(report: StepsReport): string {
  const { document, parts, elsewhere } = report.coverage;
  const rows = document.lines.map((line) =>
    lineHtml(
      line,
      parts.filter(({ part }) => part.at.line === line.number),
      report,
    ),
  );
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Steps of ${document.name}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<h1>Steps <span>of ${document.name}, in ${report.playbooks.join(', ')}</span></h1>
<p>${summaryText(report)}: ${waysText(report)}.</p>
<p>${auditText(report)}.${elsewhere.length === 0 ? '' : ` Steps of tasks that no part of the document leads to: ${elsewhere.join(', ')}.`}</p>
<table><thead><tr><th scope="col">Line</th><th scope="col">Document</th><th scope="col">Retraced by</th></tr></thead>
<tbody>
${rows}</tbody></table>
</body>
</html>
`.html;
}

function lineHtml({ number, kind, text }: DocumentLine, parts: readonly CoveredPart[], report: StepsReport): Markup {
  const ways = parts.map((one) => {
    const state = stateText(one, report.states);
    return html`<p><b class="${one.retraced.replace(' ', '-')}">${one.retraced}</b> ${byText(one)}${state === '' ? undefined : html` <i>${state}</i>`}</p>`;
  });
  return html`<tr class="${kind}"><th scope="row" id="${trusted(`L${number}`)}">${trusted(String(number))}</th><td><pre>${text}</pre></td><td>${ways}</td></tr>
`;
}

const STYLE = `:root{color-scheme:light dark;--ink:#1c2126;--quiet:#565f69;--line:#dedad2;--raised:#f1efea;--ground:#f7f6f3;--good:#2f6a47;--bad:#ad1f17;--odd:#3f5c7a}
@media screen and (prefers-color-scheme:dark){:root{--ink:#e3e6ea;--quiet:#a0a9b4;--line:#2f363e;--raised:#242a31;--ground:#14171b;--good:#8fcda8;--bad:#ff938a;--odd:#9fbcdc}}
body{max-width:96rem;margin:0 auto;padding:1.5rem;background:var(--ground);color:var(--ink);font:15px/1.45 system-ui,sans-serif;overflow-wrap:anywhere}
h1 span,th,i{color:var(--quiet);font-weight:400}table{border-collapse:collapse;width:100%;table-layout:fixed}th:first-child{width:3.5rem;text-align:right}
th,td{padding:.1rem .5rem;vertical-align:top;text-align:left;border-bottom:1px solid var(--line)}thead th:last-child{width:38%}td p{margin:0}
pre{margin:0;white-space:pre-wrap;font-family:ui-monospace,Menlo,Consolas,monospace;font-size:13px}
tr.command,tr.content,tr.instruction{background:var(--raised)}tr.output pre{color:var(--quiet)}
b{font-weight:600}b.exact,b.proof,b.manual{color:var(--good)}b.left-out{color:var(--odd)}b.open{color:var(--bad)}
@media(max-width:50rem){table,tbody,tr,td,th{display:block;width:auto!important}thead{display:none}th:first-child{text-align:left}}`;

/** The policy allows this style, and nothing else: no network, no script, no form. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
