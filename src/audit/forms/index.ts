import type { AuditForm } from './form.ts';

/** The forms of an audit by name. To add one, write a file in this directory and add it here. */
export const AUDIT_FORMS: Readonly<Record<string, AuditForm>> = {
  text: {
    summary: 'a line for each finding',
    forPeople: true,
    load: async () => (await import('./text.ts')).writeText,
  },
  markdown: {
    summary: 'tables, with the diffs below',
    forPeople: true,
    load: async () => (await import('./markdown.ts')).writeMarkdown,
  },
  html: {
    summary: 'one page to look through in a browser, with filters, diffs and the history',
    forPeople: true,
    load: async () => (await import('./html.ts')).writeHtml,
  },
  json: {
    summary: 'one document',
    forPeople: false,
    load: async () => (await import('./json.ts')).writeJson,
  },
  prometheus: {
    summary: 'counts by host',
    forPeople: false,
    load: async () => (await import('./prometheus.ts')).writePrometheus,
  },
  sarif: {
    summary: 'findings beside the code, for forges',
    forPeople: false,
    load: async () => (await import('./sarif.ts')).writeSarif,
  },
  ndjson: { summary: 'each event of the check, a line each', events: 'json' },
  junit: { summary: 'a test case for each task', events: 'junit' },
};

/** The names of the forms, in the order of the help. */
export const auditFormNames: readonly string[] = Object.keys(AUDIT_FORMS);

/** The names of those that are made of findings, not of a run's events. */
export const findingFormNames: readonly string[] = Object.entries(AUDIT_FORMS).flatMap(([name, form]) =>
  'events' in form ? [] : [name],
);
