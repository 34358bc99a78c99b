import type { Audit, PastAudit } from '../finding.ts';
import { openFindings } from '../summary.ts';
import { html, type Markup } from './markup.ts';

/** A bar for each audit; more would be too thin. */
const MOST_BARS = 30;
const [WIDTH, HEIGHT, GAP] = [18, 72, 6];

/** The number of findings in the last audits and in this one, as stacked bars and as a table. */
export function chartHtml(audit: Audit): Markup | undefined {
  if (audit.history === undefined || audit.history.length === 0) return undefined;
  const audits = [...audit.history, thisAudit(audit)].slice(-MOST_BARS);
  const most = Math.max(1, ...audits.map(totalOf));
  const [first, last] = [audits[0], audits.at(-1)];
  const width = audits.length * (WIDTH + GAP) - GAP;
  return html`<figure class="chart"><figcaption>The last ${audits.length} audits</figcaption>
<svg viewBox="0 0 ${String(width)} ${String(HEIGHT)}" width="${String(width)}" height="${String(HEIGHT)}" role="img" aria-label="Findings in each of the last ${audits.length} audits; the table has the numbers."><defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="ground" width="5" height="5"/><rect class="line" width="2" height="5"/></pattern></defs>${audits.map(
    (one, index) => bar(one, index * (WIDTH + GAP), most),
  )}</svg>
<p class="ends"><time datetime="${first?.startedAt}">${first?.startedAt.slice(0, 10)}</time><time datetime="${last?.startedAt}">${last?.startedAt.slice(0, 10)}</time></p>
<details><summary><span class="key key-failed"></span>failed <span class="key key-drift"></span>drift <span class="key key-lint"></span>lints <span class="key key-unknown"></span>unknown <small>numbers</small></summary><div class="scroll"><table><thead><tr><th scope="col">Audit</th><th scope="col">Failed</th><th scope="col">Drift</th><th scope="col">Lints</th><th scope="col">Unknown</th></tr></thead><tbody>${audits.map(
    ({ startedAt, failed, drift, lint, unknown }) =>
      html`<tr><td>${minuteOf(startedAt)}</td><td>${failed}</td><td>${drift}</td><td>${lint}</td><td>${unknown}</td></tr>`,
  )}</tbody></table></div></details></figure>
`;
}

/** `2026-11-29 04:00 UTC`. */
export const minuteOf = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`;

/** Counted like the earlier ones: `drift` also has orphans, `failed` also has hosts that were not reached, `unknown` also what is uncertain. */
function thisAudit(audit: Audit): PastAudit {
  const open = openFindings(audit);
  const count = (...kinds: readonly string[]): number => open.filter(({ kind }) => kinds.includes(kind)).length;
  const { startedAt, exitCode } = audit;
  return {
    startedAt,
    exitCode,
    drift: count('drift', 'orphan'),
    lint: count('lint'),
    unknown: count('uncertain', 'unknown'),
    failed: count('failed', 'unreachable'),
  };
}

const totalOf = ({ drift, lint, unknown, failed }: PastAudit): number => drift + lint + unknown + failed;

function bar(audit: PastAudit, x: number, most: number): Markup {
  const scaled = (count: number): number => Math.round((count / most) * (HEIGHT - 4) * 10) / 10;
  const parts = [
    { name: 'unknown', height: scaled(audit.unknown) },
    { name: 'lint', height: scaled(audit.lint) },
    { name: 'drift', height: scaled(audit.drift) },
    { name: 'failed', height: scaled(audit.failed) },
  ];
  let y = HEIGHT - 2;
  const drawn = parts.map(({ name, height }) => {
    if (height === 0) return undefined;
    y -= height;
    return html`<rect class="bar-${name}" x="${String(x)}" y="${y.toFixed(1)}" width="${String(WIDTH)}" height="${height.toFixed(1)}"/>`;
  });
  const { startedAt, failed, drift, lint, unknown } = audit;
  return html`<g><title>${minuteOf(startedAt)}: ${failed} failed, ${drift} drift, ${lint === 0 ? '' : `${lint} lints, `}${unknown} unknown</title><rect class="base" x="${String(x)}" y="${String(HEIGHT - 2)}" width="${String(WIDTH)}" height="2"/>${drawn}</g>`;
}
