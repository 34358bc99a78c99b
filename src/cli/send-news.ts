import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Audit } from '../audit/finding.ts';
import { writeJson } from '../audit/forms/json.ts';
import { writeText } from '../audit/forms/text.ts';
import { summaryOf } from '../audit/summary.ts';
import { visibleIn } from '../core/visible.ts';

/** Where news goes. */
export interface Destinations {
  readonly mailTo: readonly string[];
  /** An address of the web. It may have a token in it, so no message names it. */
  readonly postTo: string | undefined;
}

/** What is wrong with the destinations of a command line. */
export function wrongDestinations({ mailTo, postTo }: Destinations): readonly string[] {
  const strange = mailTo.filter((address) => !/^[^\s@<>,;"-][^\s@<>,;"]*(@[^\s@<>,;"]+)?$/.test(address));
  return [
    ...strange.map((address) => `--mail-to: expected an address as in root or team@example.org, got "${address}"`),
    ...(mailTo.length > 0 && sendmail() === undefined
      ? ['--mail-to: there is no sendmail on this machine; a package such as msmtp-mta or postfix brings one']
      : []),
    ...(postTo !== undefined && !/^https?:$/.test(protocolOf(postTo))
      ? ['--post-to: expected an address that begins with https:// or http://']
      : []),
  ];
}

const protocolOf = (address: string): string => (URL.canParse(address) ? new URL(address).protocol : '');

/** Mails and posts news. Returns what went wrong. */
export async function sendNews(news: Audit, { mailTo, postTo }: Destinations): Promise<readonly string[]> {
  const sent = await Promise.all([
    ...(mailTo.length === 0 ? [] : [mail(news, mailTo)]),
    ...(postTo === undefined ? [] : [post(news, postTo)]),
  ]);
  return sent.flatMap((problem) => problem ?? []);
}

/** What people read: a line about when the audit before was, and the text form. */
function textOf(news: Audit): string {
  const last = news.history?.at(-1)?.startedAt.slice(0, 16).replace('T', ' ');
  const since = last === undefined ? 'This is the first audit.' : `New since the audit of ${last} UTC:`;
  return `${since}\n\n${writeText(visibleIn(news), { diff: false, verbose: true, colour: false })}`;
}

/** The place of sendmail, as every mail server of Debian brings it (policy 11.6). */
const sendmail = (): string | undefined =>
  ['/usr/sbin/sendmail', '/usr/lib/sendmail'].find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** RFC 5322: a line has at most 998 bytes. */
const LINE = 900;

async function mail(news: Audit, to: readonly string[]): Promise<string | undefined> {
  const program = sendmail();
  if (program === undefined) return '--mail-to: there is no sendmail on this machine';
  const subject = `${news.playbooks.map((file) => file.replace(/^.*\//, '')).join(', ')}: ${summaryOf(news)}`;
  const lines = textOf(news).split('\n');
  const message = [
    `To: ${to.join(', ')}`,
    `Subject: =?UTF-8?B?${Buffer.from(`Audit of ${subject}`.slice(0, 200)).toString('base64')}?=`,
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    ...lines.map((line) => (Buffer.byteLength(line) > LINE ? `${line.slice(0, LINE / 4)} …` : line)),
    `-- \nrun audit on ${hostname()}`,
  ];
  return new Promise((resolve) => {
    const child = spawn(program, ['-i', '--', ...to], { stdio: ['pipe', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (data: Buffer) => {
      said += data.toString();
    });
    child.on('error', (error) => resolve(`--mail-to: ${program}: ${error.message}`));
    child.on('close', (code) =>
      resolve(code === 0 ? undefined : `--mail-to: ${program} ended with ${code}: ${said.trim().split('\n')[0]}`),
    );
    child.stdin.on('error', () => undefined); // its exit code says more
    child.stdin.end(`${message.join('\n')}\n`);
  });
}

/** How long to wait before it is tried again, in milliseconds. */
const AGAIN_MS = [2_000, 20_000];
const ANSWER_MS = 30_000;

/** Posts the JSON form, with a `text` for chats whose hooks show that. */
async function post(news: Audit, address: string): Promise<string | undefined> {
  const body = JSON.stringify({ text: textOf(news), ...(JSON.parse(writeJson(news)) as object) });
  for (let tried = 0; ; tried++) {
    const problem = await postOnce(address, body);
    const pause = AGAIN_MS[tried];
    if (problem === undefined || pause === undefined) return problem;
    await sleep(pause);
  }
}

async function postOnce(address: string, body: string): Promise<string | undefined> {
  const { host } = new URL(address);
  try {
    const headers = { 'Content-Type': 'application/json', 'User-Agent': 'retrace' };
    const signal = AbortSignal.timeout(ANSWER_MS);
    const { ok, status } = await fetch(address, { method: 'POST', headers, body, signal, redirect: 'error' });
    return ok ? undefined : `--post-to: ${host} answered ${status}`;
  } catch (error) {
    // The message of an error could name the whole address; that of its cause names only the host.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : 'no answer';
    return `--post-to: ${host}: ${cause}`;
  }
}
