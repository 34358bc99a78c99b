import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { userName } from '../audit/record.ts';
import { makeFolders, statOf, writeLocalFile } from '../core/local-file.ts';
import { systemReason } from '../core/system-error.ts';
import { decodeText } from '../core/text-codec.ts';
import type { CallIo } from './command.ts';
import { missingPlaybooks } from './missing-playbooks.ts';
import type { AuditLine } from './options.ts';
import { type TimerFile, timerFiles, timerName, wrongForTimer } from './timer-units.ts';

/** Installs or removes the timer that makes an audit every night. Returns the exit code. */
export async function auditTimer(line: AuditLine, io: CallIo): Promise<number> {
  const ofUser = line.options['user-timer'];
  const mistakes = [
    // To be removed, a timer need not be one that could be installed.
    ...(line.options['remove-timer'] ? [] : [...missingPlaybooks(line.rest), ...wrongForTimer(line)]),
    ...(line.options['install-timer'] && line.options['remove-timer']
      ? ['--install-timer and --remove-timer exclude each other']
      : []),
    ...(existsSync('/run/systemd/system') ? [] : ['systemd does not run on this machine, so there are no timers']),
    ...(ofUser || process.getuid?.() === 0
      ? []
      : ['a timer of the system needs root: use sudo, or --user-timer for a timer of your own']),
  ];
  if (mistakes.length > 0) return io.refuse(mistakes);
  const files = timerFiles({
    line,
    program: [process.execPath, realpathSync(process.argv[1] ?? '')],
    cwd: io.cwd,
    user: ofUser ? undefined : userName(),
    env: io.env,
    folders: foldersOf(ofUser, io.env),
  });
  const timer = new Timer(`${timerName(line, io.cwd)}.timer`, ofUser);
  try {
    timer.call('show', '-p', 'Version'); // before anything is written
    return line.options['remove-timer'] ? uninstall(files, timer, io) : install(files, timer, io);
  } catch (error) {
    const reason = systemReason(error) ?? (error instanceof SystemctlError ? error.message : undefined);
    if (reason === undefined) throw error;
    return io.refuse([reason]);
  }
}

function foldersOf(ofUser: boolean, env: NodeJS.ProcessEnv) {
  if (!ofUser) return { units: '/etc/systemd/system', environment: '/etc/retrace' };
  const config = env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config');
  return { units: join(config, 'systemd/user'), environment: join(config, 'retrace') };
}

class SystemctlError extends Error {}

/** A timer, as systemctl knows it. */
class Timer {
  readonly name: string;
  readonly #ofUser: boolean;

  constructor(name: string, ofUser: boolean) {
    this.name = name;
    this.#ofUser = ofUser;
  }

  /** Calls systemctl. Throws what it said if it fails. */
  call(...words: readonly string[]): void {
    try {
      execFileSync('systemctl', this.#words(words), { stdio: ['ignore', 'ignore', 'pipe'] });
    } catch (error) {
      const { stderr } = error as { readonly stderr?: Buffer };
      const said = stderr === undefined ? 'failed' : decodeText(stderr).trim().split('\n')[0];
      const hint = this.#ofUser
        ? ' (your own systemd runs where you have logged in, or after `loginctl enable-linger`)'
        : '';
      throw new SystemctlError(`systemctl ${this.#words(words).join(' ')}: ${said}${hint}`);
    }
  }

  is(state: 'enabled' | 'active'): boolean {
    try {
      execFileSync('systemctl', this.#words([`is-${state}`, '--quiet', this.name]), { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }

  #words(words: readonly string[]): readonly string[] {
    return this.#ofUser ? ['--user', ...words] : words;
  }
}

function install(files: readonly TimerFile[], timer: Timer, io: CallIo): number {
  const changed = files.filter((file) => !isAsWanted(file));
  for (const { path, text, mode } of changed) {
    makeFolders(join(path, '..'), 0o755);
    writeLocalFile(path, text, mode);
    io.stdout.write(`${path}: written\n${indented(mode === 0o600 ? hidden(text) : text)}\n`);
  }
  if (changed.length > 0) timer.call('daemon-reload');
  const isOn = timer.is('enabled') && timer.is('active');
  if (!isOn) timer.call('enable', '--now', timer.name);
  else if (changed.some(({ path }) => path.endsWith('.timer'))) timer.call('restart', timer.name);
  const isSame = changed.length === 0 && isOn;
  io.stdout.write(`${timer.name}: ${isSame ? 'installed as it is to be; nothing was changed' : 'enabled'}\n`);
  if (
    files.some(({ path }) => path.startsWith('/home/')) &&
    !existsSync(`/var/lib/systemd/linger/${userInfo().username}`)
  )
    io.stdout.write('it runs only while you are logged in, unless you call `loginctl enable-linger`\n');
  return 0;
}

function isAsWanted({ path, text, mode }: TimerFile): boolean {
  const stats = statOf(path);
  return stats?.isFile() === true && (stats.mode & 0o777) === mode && readFileSync(path, 'utf8') === text;
}

/** The names in an environment file: its values may be secret. */
const hidden = (text: string): string => text.replace(/^(\w+)=.*$/gm, '$1=…');

const indented = (text: string): string => text.trimEnd().replace(/^(?=.)/gm, '    ');

function uninstall(files: readonly TimerFile[], timer: Timer, io: CallIo): number {
  const there = files.filter(({ path }) => statOf(path) !== undefined);
  if (there.length === 0) {
    io.stdout.write(`${timer.name}: there is no such timer\n`);
    return 0;
  }
  if (timer.is('enabled') || timer.is('active')) timer.call('disable', '--now', timer.name);
  for (const { path } of there) {
    rmSync(path);
    io.stdout.write(`${path}: removed\n`);
  }
  timer.call('daemon-reload');
  return 0;
}
