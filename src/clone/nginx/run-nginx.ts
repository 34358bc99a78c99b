import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { statOf } from '../../core/local-file.ts';
import type { Diagnostic } from '../../core/source.ts';
import { decodeText, encodeText } from '../../core/text-codec.ts';
import type { Clone } from '../clone.ts';
import { areDirectives, nginxFiles } from '../rules/nginx.ts';
import { finding } from '../rules/rule.ts';
import { saidByNginx, testableNginx } from './for-test.ts';
import { readNginx } from './syntax.ts';

/** What nginx itself said about a clone's configuration, and what it could not look at, and why. */
interface NginxTest {
  readonly found: readonly Diagnostic[];
  readonly unread: readonly string[];
}

/**
 * Asks nginx about each file of its configuration, where nginx is installed. It gets a copy in which nothing of the clone is loaded
 * and that has its own directory, and it has no network, so that it neither looks up names nor listens anywhere.
 */
export function testNginx(clone: Clone, path: string): NginxTest {
  const files = nginxFiles(clone).filter(({ text }) =>
    areDirectives(readNginx(text) ?? { line: 1, column: 1, message: '' }),
  );
  if (files.length === 0) return { found: [], unread: [] };
  const program = programIn(path, 'nginx');
  if (program === undefined)
    return {
      found: [],
      unread: [
        `the directives of ${files.length} files of nginx: nginx is not installed here (only their syntax was looked at)`,
      ],
    };
  if (spawnSync('unshare', [...ALONE, 'true']).status !== 0)
    return {
      found: [],
      unread: [
        `the directives of ${files.length} files of nginx: this machine starts no program without a network (unshare --net)`,
      ],
    };
  const folder = mkdtempSync(join(tmpdir(), 'retrace-nginx-'));
  try {
    const tests = files.map((file) => testFile(file, program, folder));
    return { found: tests.flatMap(({ found }) => found), unread: tests.flatMap(({ unread }) => unread) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const ALONE = ['--user', '--map-root-user', '--net'];

function testFile(
  { path: file, text }: { readonly path: string; readonly text: string },
  program: string,
  folder: string,
): NginxTest {
  const test = testableNginx(text, folder);
  if (test === undefined)
    return { found: [], unread: [`${file}: only a piece of a configuration (its syntax is right)`] };
  const copy = join(folder, 'nginx.conf');
  writeFileSync(copy, encodeText(test.text), { mode: 0o600 });
  const { status, stderr } = spawnSync(
    'unshare',
    [...ALONE, program, '-t', '-q', '-e', 'stderr', '-p', folder, '-c', copy],
    {
      timeout: 10_000,
      env: { LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    },
  );
  if (status === 0) return { found: [], unread: [] };
  const said = saidByNginx(decodeText(stderr), test);
  if (said === undefined) return { found: [], unread: [`${file}: nginx did not say what it thinks of it`] };
  return said.isCertain
    ? { found: [finding('nginx', { file, line: said.line }, `nginx refuses this: ${said.said}`)], unread: [] }
    : {
        found: [],
        unread: [`${file}:${said.line}: nginx here stops at this, which may be right on its host: ${said.said}`],
      };
}

const programIn = (path: string, name: string): string | undefined =>
  [...path.split(':'), '/usr/sbin'].map((folder) => join(folder, name)).find((file) => statOf(file)?.isFile() === true);
