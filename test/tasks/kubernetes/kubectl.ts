import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory with Debian's kubectl, which is downloaded for it; the caller removes it. */
export function debianKubectl(): string {
  const place = mkdtempSync(join(tmpdir(), 'retrace-kubectl-'));
  const options = { cwd: place, timeout: 120_000, stdio: 'pipe' } as const;
  for (let left = 3; ; left--)
    try {
      execFileSync('apt-get', ['-q', '-o', 'APT::Sandbox::User=root', 'download', 'kubernetes-client'], options);
      break;
    } catch (error) {
      if (left > 1) continue;
      rmSync(place, { recursive: true });
      throw new Error('these tests need kubectl: `apt-get download kubernetes-client` failed', { cause: error });
    }
  const deb = readdirSync(place).find((name) => name.endsWith('.deb')) ?? '';
  execFileSync('dpkg', ['-x', deb, '.'], options);
  return join(place, 'usr', 'bin');
}
