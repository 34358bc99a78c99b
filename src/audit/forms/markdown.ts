import { formatDiff } from '../../report/diff.ts';
import { coloured } from '../../report/index.ts';
import { type Audit, FINDING_KINDS, type Finding } from '../finding.ts';
import { openFindings, summaryOf } from '../summary.ts';
import type { AuditFormOptions } from './form.ts';
import { doneByTexts, foundText, hostsText, KIND_TITLES, sinceText, taskText } from './told.ts';

/** A table for each kind of finding with the diffs below it, for a merge request, an issue or a wiki. */
export function writeMarkdown(audit: Audit, options: AuditFormOptions): string {
  const open = openFindings(audit);
  const parts = [`# Audit of ${audit.playbooks.map(code).join(', ')}`, `${escaped(summaryOf(audit))}.`];
  if (audit.errors.length > 0) parts.push(audit.errors.map((error) => `- **error**: ${escaped(error)}`).join('\n'));
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
            `- ${code(finding.id)} ${escaped(taskText(finding))}: ${escaped(finding.accepted?.why ?? '')} (${escaped(finding.accepted?.owner ?? '')}, until ${finding.accepted?.until})`,
        )
        .join('\n'),
    );
  return `${parts.join('\n\n')}\n`;
}

const HEAD = ['| finding | hosts | task | found | since |', '| --- | --- | --- | --- | --- |'];

const row = (finding: Finding, { verbose }: AuditFormOptions): string =>
  `| ${[
    code(finding.id),
    escaped(hostsText(finding.hosts, verbose ? Number.POSITIVE_INFINITY : 6)),
    escaped(taskText(finding)),
    escaped(foundText(finding)) + (finding.remedy === undefined ? '' : ` **Remedy:** ${escaped(finding.remedy)}`),
    [escaped(sinceText(finding)), ...doneByTexts(finding).map((text) => `by ${escaped(text)}`)].join('; '),
  ].join(' | ')} |`;

const plain = coloured(false);

function diffsOf(finding: Finding): readonly string[] {
  const diffs = finding.changes.flatMap(({ diff }) => (diff === undefined ? [] : [formatDiff(diff, plain)]));
  if (diffs.length === 0) return [];
  const body = diffs.join('\n').replace(/^ {4}/gm, '');
  // A fence must be longer than any run of backticks inside it.
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [`${code(finding.id)}:\n\n${fence}diff\n${body}\n${fence}`];
}

/** Text from hosts and playbooks must not become a heading, a link or another cell of the table. */
const escaped = (text: string): string =>
  text.replace(/[\\`*_[\]<>|#~]/g, (character) => `\\${character}`).replaceAll('\n', ' ');

function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${text}${fence}` : `${fence} ${text} ${fence}`;
}
