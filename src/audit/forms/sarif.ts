import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Audit, FINDING_KINDS, type Finding, type FindingKind } from '../finding.ts';
import { foundText, hostsText, KIND_TITLES, taskText } from './told.ts';

/** How grave each kind is, in SARIF's words. */
const LEVELS: Readonly<Record<FindingKind, 'error' | 'warning' | 'note'>> = {
  unreachable: 'error',
  failed: 'error',
  drift: 'warning',
  lint: 'warning',
  orphan: 'warning',
  uncertain: 'note',
  unknown: 'note',
};

/**
 * For tools that show findings beside the code, such as those of forges: SARIF 2.1.0 (OASIS). A finding lies at its task in the
 * playbook; what a team has accepted is suppressed.
 */
export const writeSarif = (audit: Audit): string =>
  `${JSON.stringify(
    {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              name: 'Retrace',
              version: audit.version,
              rules: FINDING_KINDS.map((kind) => ({ id: kind, shortDescription: { text: KIND_TITLES[kind] } })),
            },
          },
          invocations: [
            {
              executionSuccessful: audit.errors.length === 0,
              toolExecutionNotifications: audit.errors.map((text) => ({ level: 'error', message: { text } })),
            },
          ],
          results: audit.findings.map((finding) => resultOf(finding, audit.playbooks[0] ?? '')),
        },
      ],
    },
    null,
    2,
  )}\n`;

const resultOf = (finding: Finding, playbook: string) => ({
  ruleId: finding.kind,
  level: LEVELS[finding.kind],
  message: {
    text: `${hostsText(finding.hosts)}: ${taskText(finding)}: ${foundText(finding)}${finding.remedy === undefined ? '' : `. Remedy: ${finding.remedy}`}`,
  },
  locations: [
    {
      physicalLocation: {
        artifactLocation: { uri: uriOf(finding.task.file ?? playbook) },
        // A lint or an orphan is about a host, and no line tells of it; but forges show only what has a place.
        ...(finding.task.line !== undefined && { region: { startLine: finding.task.line } }),
      },
    },
  ],
  partialFingerprints: { 'retraceFinding/v1': finding.id },
  ...(finding.accepted !== undefined && {
    suppressions: [{ kind: 'external', justification: finding.accepted.why }],
  }),
});

/** Relative to the directory of the audit, which forges take for the repository's; a file elsewhere has a whole URI. */
const uriOf = (file: string): string =>
  isAbsolute(file) ? pathToFileURL(file).href : file.split('/').map(encodeURIComponent).join('/');
