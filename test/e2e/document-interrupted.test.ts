import type { ChildProcess } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Event } from '../../src/core/event.ts';
import { labUp } from '../../src/lab/index.ts';
import { on } from '../lab/in-lab.ts';
import { documentIsDone, leaveDocumentDone } from './document.ts';
import { cutOff, failures, inEvents, killHard, type RanWithEvents, tasksThat, those } from './program.ts';

// Runs that are interrupted at different points while they repair manual changes: one story, in order. The story of the whole document
// interrupts the very first run, too.

const playbook = 'playbooks/off1-proxy.yaml';

beforeAll(async () => {
  await labUp();
  await documentIsDone();
});

describe('a run of the install document is cut off', () => {
  test('by kill -9 while a handler is due, which is noted on its host', async () => {
    await on('ct100', 'postconf -e mydestination=openfoodfacts.org');

    const ran = await cutOff([playbook], changed('ct100', 'Only mail for this machine is local'), killHard);

    expect(failures(ran)).toEqual([]);
    expect(notified(ran)).toEqual(['reload postfix']);
    expect(handlersThatRan(ran)).toEqual([]);
    expect(await noted('ct100')).toEqual(['reload postfix']);
  });

  test('by Ctrl-C while nginx is being configured, after that handler has run', async () => {
    await on('ct100', 'rm /etc/systemd/system/fail2ban.service.d /etc/nginx/conf.d/log_format.conf');

    const ran = await cutOff([playbook], changed('ct100', 'The log format is linked'), interrupt);

    expect(tasksThat(ran, 'failed')).toEqual([]);
    expect(ran.code).toBe(130);
    expect(those('run-finished', ran)[0]?.interrupted).toBe(true);
    expect(tasksThat(ran, 'ok')).toContain('ct100: Only mail for this machine is local');
    expect(handlersThatRan(ran)).toEqual(['reload postfix', 'reload systemd']);
    expect(await noted('ct100')).toEqual(['reload nginx']);
  });

  test('by Ctrl-C while a package is being unpacked', async () => {
    // The exporter is for the next test: dpkg refuses to work until a run has repaired what is interrupted here.
    await on('ct100', 'apt-get -q -y remove fail2ban prometheus-nginx-exporter');

    const ran = await cutOff([playbook], prints('ct100', 'fail2ban is installed', 'Unpacking'), interrupt);

    expect(ran.code).toBe(130);
    expect(await on('ct100', "ps -e -o stat= -o comm= | grep -e '^T' -e dpkg -e apt-get || :")).toBe('');
    expect(tasksThat(ran, 'ok')).toContain('ct100: validate: nginx -t');
    expect(handlersThatRan(ran)).toContain('reload nginx');
  });

  test("by the end of off1's sshd while another package is being unpacked, which that run survives", async () => {
    const ran = await cutOff([playbook], prints('ct100', 'The exporter is installed', 'Unpacking'), () =>
      on('off1', 'pkill -KILL -x sshd'),
    );

    expect(failures(ran)).toEqual([]);
    expect(ran.code).toBe(0);
  });
});

describe('the next run', () => {
  test('changes nothing, and leaves no note', async () => {
    const ran = await inEvents(playbook);

    expect(failures(ran)).toEqual([]);
    expect(tasksThat(ran, 'changed')).toEqual([]);
    expect(ran.code).toBe(0);
    for (const host of ['off1', 'ct100', 'proxy']) await on(host, 'test ! -e /var/lib/retrace');
  });

  test('is clean as a check', async () => {
    const ran = await inEvents('--check', '--diff', playbook);

    expect(tasksThat(ran, 'changed', 'unless', 'unknown', 'failed', 'unreachable')).toEqual([]);
    expect(ran.code).toBe(0);
    await leaveDocumentDone();
  });
});

/** Matches when a task has changed a host. */
const changed = (host: string, name: string) => (event: Event) =>
  event.kind === 'task-finished' &&
  event.host === host &&
  event.task.name === name &&
  event.outcome.status === 'changed';

/** Matches when a task has printed something while changing a host. */
const prints = (host: string, name: string, text: string) => (event: Event) =>
  event.kind === 'output' && event.host === host && event.task.name === name && event.text.includes(text);

/** As a terminal does: signal the whole process group. */
const interrupt = ({ pid }: ChildProcess) => process.kill(-pid!, 'SIGINT');

/** Several tasks may notify the same handler. */
const notified = (ran: RanWithEvents) => [...new Set(those('notified', ran).map(({ handler }) => handler))];

const handlersThatRan = (ran: RanWithEvents) =>
  those('task-finished', ran)
    .filter(({ task, outcome }) => task.handler && outcome.status !== 'skipped')
    .map(({ task }) => task.name);

/** The handlers recorded on a host as pending, without their playbook and play. */
const noted = async (host: string) => {
  const names = (await on(host, `cut -f 1 /var/lib/retrace/handlers-${host}`)).split('\n').filter(Boolean);
  return [...new Set(names.map((name) => name.split(', ').at(-1)))];
};
