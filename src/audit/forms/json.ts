import type { Audit } from '../finding.ts';
import { summaryOf } from '../summary.ts';

/** The version of the JSON form's shape; docs/audit.schema.json describes it. It grows when something is taken away or changes its meaning. */
export const SCHEMA_VERSION = 2;

/** One document for programs. */
export const writeJson = (audit: Audit): string =>
  `${JSON.stringify({ schema: SCHEMA_VERSION, summary: summaryOf(audit), ...audit }, null, 2)}\n`;
