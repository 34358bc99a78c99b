import { type Audit, FINDING_KINDS } from '../finding.ts';
import { inOrder, openFindings } from '../summary.ts';

/** Counts by host in the text format of Prometheus (version 0.0.4), for node_exporter's textfile collector. */
export function writePrometheus(audit: Audit): string {
  const open = openFindings(audit);
  const hosts = [
    ...new Set([...Object.keys(audit.hosts), ...audit.findings.flatMap((finding) => finding.hosts)]),
  ].sort();
  const findings = hosts.flatMap((host) =>
    FINDING_KINDS.map((kind) => ({
      labels: { host, kind },
      value: open.filter((finding) => finding.kind === kind && finding.hosts.includes(host)).length,
    })),
  );
  const accepted = hosts.map((host) => ({
    labels: { host },
    value: audit.findings.filter((finding) => finding.accepted !== undefined && finding.hosts.includes(host)).length,
  }));
  const tasks = Object.entries(audit.hosts).map(([host, summary]) => ({
    labels: { host },
    value: inOrder(summary),
  }));
  return [
    metric('retrace_audit_findings', 'Findings that nobody has accepted, by host and kind.', findings),
    metric('retrace_audit_accepted_findings', 'Findings that a team has accepted for a time, by host.', accepted),
    metric('retrace_audit_tasks_in_order', 'Tasks that found everything as declared, by host.', tasks),
    metric('retrace_audit_exit_code', 'The exit code of the audit.', [{ labels: {}, value: audit.exitCode }]),
    metric('retrace_audit_timestamp_seconds', 'When the audit began, in seconds since the epoch.', [
      { labels: {}, value: Date.parse(audit.startedAt) / 1000 },
    ]),
  ].join('');
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

function metric(name: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(({ labels, value }) => {
    const words = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    return `${name}${words.length === 0 ? '' : `{${words.join(',')}}`} ${value}`;
  });
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...lines, ''].join('\n');
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
