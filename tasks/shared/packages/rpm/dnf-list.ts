import {
  exporting,
  type Plan,
  type Question,
  type Script,
  type ShellAnswer,
  script,
  sh,
  shell,
} from '../../../../src/sdk.ts';
import { unanswered } from '../../commands/unanswered.ts';
import { definesAside } from '../aside.ts';
import { type DnfTask, dnfWords } from './dnf-params.ts';
import { findsDnf } from './dnf-questions.ts';

/** The fields of a package, as rpm and as dnf name them. */
const INSTALLED = '%{NAME}|%{EPOCH}|%{VERSION}|%{RELEASE}|%{ARCH}|\n';
const AVAILABLE = '%{name}|%{epoch}|%{version}|%{release}|%{arch}|%{repoid}\n';

/** Asks for a list of packages, or of repositories (`repos`): their fields on a line each. */
export function askDnfList(
  task: DnfTask,
  list: string,
  environment: Readonly<Record<string, string>>,
): Question<ShellAnswer> {
  const root = task.installroot === '/' ? [] : ['--root', task.installroot];
  const query = (words: readonly string[]): Script =>
    script`aside "$dnf" -q ${dnfWords(task)} repoquery --qf ${AVAILABLE} ${words} </dev/null`;
  const scripts: Readonly<Record<string, Script>> = {
    installed: script`rpm ${root} -qa --qf ${INSTALLED}`,
    available: query(['--available']),
    updates: query(['--upgrades']),
    upgrades: query(['--upgrades']),
    repos: script`aside "$dnf" -q ${dnfWords(task)} repolist </dev/null | sed '1d; s/ .*//'`,
  };
  return shell({
    ...sh`${exporting(environment)}export LC_ALL=C
${findsDnf(task)}${definesAside(task.installroot === '/' ? ['/var/cache', '/var/lib/dnf'] : [task.installroot])}
${Object.hasOwn(scripts, list) ? (scripts[list] ?? script``) : script`rpm ${root} -q --qf ${INSTALLED} -- ${list} | grep '|'; ${query(['--available', list])}`}`,
    about: ['package:*', 'path:/etc/yum.repos.d', 'path:/etc/dnf', 'entry:/etc/yum.conf', 'by:package:dnf'],
    deadlineMs: 300_000,
  });
}

/** The result of `list`, as Ansible has it. */
export function readDnfList(answer: ShellAnswer | undefined): Plan {
  const wrong = answer && unanswered(answer, { name: 'dnf', package: 'dnf' });
  if (answer === undefined || wrong !== undefined) return { failed: wrong ?? '' };
  const lines = answer.stdout.split('\n').filter((line) => line !== '');
  return { changes: [], result: { msg: '', results: lines.map(readLine) } };
}

function readLine(line: string): Readonly<Record<string, string>> {
  const [name = '', given = '', version = '', release = '', arch = '', repo = ''] = line.split('|');
  if (!line.includes('|')) return { repoid: line, state: 'enabled' };
  const epoch = given === '(none)' ? '0' : given;
  const nevra = `${epoch}:${name}-${version}-${release}.${arch}`;
  const place = repo === '' ? { repo: '@System', yumstate: 'installed' } : { repo, yumstate: 'available' };
  return { name, arch, epoch, release, version, envra: nevra, nevra, ...place };
}
