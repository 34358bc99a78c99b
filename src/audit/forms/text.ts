import { formatDiff } from '../../report/diff.ts';
import { coloured } from '../../report/index.ts';
import { type Audit, FINDING_KINDS, type Finding, type FindingKind } from '../finding.ts';
import { openFindings, summaryOf } from '../summary.ts';
import type { AuditFormOptions } from './form.ts';
import { doneByTexts, foundText, hostsText, KIND_TITLES, sinceText, taskText } from './told.ts';

/** For people: the summary first, then a line for each finding. */
export function writeText(audit: Audit, options: AuditFormOptions): string {
  const chalk = coloured(options.colour);
  const open = openFindings(audit);
  const lines = [chalk.bold(summaryOf(audit)), ...audit.errors.map((error) => chalk.red(`error: ${error}`))];
  for (const kind of FINDING_KINDS) {
    const some = open.filter((finding) => finding.kind === kind);
    if (some.length === 0) continue;
    lines.push('', paint(kind, chalk)(KIND_TITLES[kind]));
    for (const finding of some) lines.push(...findingLines(finding, options, chalk));
  }
  const accepted = audit.findings.filter((finding) => finding.accepted !== undefined);
  if (accepted.length > 0) {
    lines.push('', chalk.dim('Accepted'));
    for (const { id, hosts, accepted: by, ...finding } of accepted)
      lines.push(
        chalk.dim(
          `  ${id}  ${hostsText(hosts, mostOf(options))}: ${taskText({ id, hosts, ...finding })}: ${by?.why} (${by?.owner}, until ${by?.until})`,
        ),
      );
  }
  return `${lines.join('\n')}\n`;
}

function findingLines(finding: Finding, options: AuditFormOptions, chalk: Chalk): readonly string[] {
  const since = sinceText(finding);
  const head = `  ${chalk.dim(finding.id)}  ${hostsText(finding.hosts, mostOf(options))}: ${taskText(finding)}: ${foundText(finding)}${since === '' ? '' : chalk.dim(` (${since})`)}`;
  const diffs = options.diff
    ? finding.changes.flatMap(({ diff }) => (diff === undefined ? [] : [formatDiff(diff, chalk)]))
    : [];
  const { lapsed } = finding;
  const ended =
    lapsed === undefined ? [] : [chalk.dim(`    accepted by ${lapsed.owner} until ${lapsed.until}: ${lapsed.why}`)];
  const place =
    options.verbose && finding.task.file !== undefined
      ? [chalk.dim(`    ${finding.task.file}:${finding.task.line}`)]
      : [];
  const remedy = finding.remedy === undefined ? [] : [chalk.dim(`    remedy: ${finding.remedy}`)];
  const by = doneByTexts(finding);
  const shown = options.verbose ? by : by.slice(0, 6);
  const more = by.length > shown.length ? [`and ${by.length - shown.length} more (-v)`] : [];
  const traces = [...shown, ...more].map((text) => chalk.dim(`    by: ${text}`));
  return [head, ...traces, ...remedy, ...ended, ...place, ...diffs];
}

type Chalk = ReturnType<typeof coloured>;

const mostOf = ({ verbose }: AuditFormOptions): number => (verbose ? Number.POSITIVE_INFINITY : 6);

const paint = (kind: FindingKind, chalk: Chalk): Chalk =>
  ({
    unreachable: chalk.red,
    failed: chalk.red,
    drift: chalk.yellow,
    lint: chalk.yellow,
    orphan: chalk.yellow,
    uncertain: chalk.magenta,
    unknown: chalk.magenta,
  })[kind];
