import { codeBlock, inlineCode, markdownText } from '../../core/text/markdown.ts';
import { formatDiff } from '../../report/diff.ts';
import { coloured } from '../../report/index.ts';
import { type Audit, FINDING_KINDS, type Finding } from '../finding.ts';
import { openFindings, summaryOf } from '../summary.ts';
import type { AuditFormOptions } from './form.ts';
import { doneByTexts, foundText, hostsText, KIND_TITLES, sinceText, taskText } from './told.ts';

/** A table for each kind of finding with the diffs below it, for a merge request, an issue or a wiki. */
export function writeMarkdown(audit: Audit, options: AuditFormOptions): string {
  const open = openFindings(audit);
  const parts = [`# Audit of ${audit.playbooks.map(inlineCode).join(', ')}`, `${markdownText(summaryOf(audit))}.`];
  if (audit.errors.length > 0)
    parts.push(audit.errors.map((error) => `- **error**: ${markdownText(error)}`).join('\n'));
  for (const kind of FINDING_KINDS) {
    const some = open.filter((finding) => finding.kind === kind);
    if (some.length === 0) continue;
    const rows = some.map((finding) => row(finding, options));
    parts.push(`## ${KIND_TITLES[kind]}`, [...HEAD, ...rows].join('\n'), ...some.flatMap(diffsOf));
  }
  const accepted = audit.findings.filter((finding) => finding.accepted !== undefined);
  if (accepted.length > 0)
    parts.push(
      '## Accepted',
      accepted
        .map(
          (finding) =>
            `- ${inlineCode(finding.id)} ${markdownText(taskText(finding))}: ${markdownText(finding.accepted?.why ?? '')} (${markdownText(finding.accepted?.owner ?? '')}, until ${finding.accepted?.until})`,
        )
        .join('\n'),
    );
  return `${parts.join('\n\n')}\n`;
}

const HEAD = ['| finding | hosts | task | found | since |', '| --- | --- | --- | --- | --- |'];

const row = (finding: Finding, { verbose }: AuditFormOptions): string =>
  `| ${[
    inlineCode(finding.id),
    markdownText(hostsText(finding.hosts, verbose ? Number.POSITIVE_INFINITY : 6)),
    markdownText(taskText(finding)),
    markdownText(foundText(finding)) +
      (finding.remedy === undefined ? '' : ` **Remedy:** ${markdownText(finding.remedy)}`),
    [markdownText(sinceText(finding)), ...doneByTexts(finding).map((text) => `by ${markdownText(text)}`)].join('; '),
  ].join(' | ')} |`;

const plain = coloured(false);

function diffsOf(finding: Finding): readonly string[] {
  const diffs = finding.changes.flatMap(({ diff }) => (diff === undefined ? [] : [formatDiff(diff, plain)]));
  if (diffs.length === 0) return [];
  const body = diffs.join('\n').replace(/^ {4}/gm, '');
  return [`${inlineCode(finding.id)}:\n\n${codeBlock(body, 'diff')}`];
}
