import type { ChildProcess } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Event } from '../../src/core/event.ts';
import { labUp } from '../../src/lab/index.ts';
import { on, pristine, until } from '../lab/in-lab.ts';
import { cutOff, failures, inEvents, type RanWithEvents, tasksThat, those } from './program.ts';

// The whole document from pristine hosts, in runs of which all but the last are interrupted: one story, in order.

const playbook = 'playbooks/off1-proxy.yaml';

beforeAll(async () => {
  for (const host of ['services', 'off2', 'off1']) await pristine(host);
  await labUp();
});

describe('the install document is cut off', () => {
  test('by kill -9 while container 100 is being created', async () => {
    const ran = await cutOff([playbook], changing('off1', 'Container 100 exists and runs'), async (run) => {
      await until('off1', 'test -e /etc/pve/lxc/100.conf');
      killHard(run);
    });

    expect(tasksThat(ran, 'ok', 'changed')).toEqual([]);
  });

  test('by kill -9 in container 100, where a handler is due, which is noted there', async () => {
    const ran = await cutOff([playbook], changed('ct100', 'Only what is for this machine is local mail'), killHard);

    expect(failures(ran)).toEqual([]);
    expect(notified(ran)).toEqual(['reload postfix']);
    expect(handlersThatRan(ran)).toEqual([]);
    expect(await noted('ct100')).toEqual(['reload postfix']);
  });

  test('by Ctrl-C while nginx is configured, after that handler has run', async () => {
    const ran = await cutOff([playbook], changed('ct100', 'The log format is linked'), interrupt);

    expect(tasksThat(ran, 'failed')).toEqual([]);
    expect(ran.code).toBe(130);
    expect(those('run-finished', ran)[0]?.interrupted).toBe(true);
    expect(tasksThat(ran, 'ok')).toContain('ct100: Mail leaves by the relay');
    expect(handlersThatRan(ran)).toEqual(['reload postfix', 'reload systemd']);
    expect(await noted('ct100')).toEqual(['reload nginx']);
  });

  test('by Ctrl-C while a package is unpacked', async () => {
    const ran = await cutOff([playbook], prints('ct100', 'fail2ban is installed', 'Unpacking'), interrupt);

    expect(ran.code).toBe(130);
    expect(await on('ct100', "ps -e -o stat= -o comm= | grep -e '^T' -e dpkg -e apt-get || :")).toBe('');
    expect(tasksThat(ran, 'ok')).toContain('ct100: validate: nginx -t');
    expect(handlersThatRan(ran)).toContain('reload nginx');
  });

  test("by the end of off1's sshd while another one is, which that run survives", async () => {
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
  });
});

/** Matches when a task has changed a host. */
const changed = (host: string, name: string) => (event: Event) =>
  event.kind === 'task-finished' &&
  event.host === host &&
  event.task.name === name &&
  event.outcome.status === 'changed';

/** Matches when a task has started to change a host. */
function changing(host: string, name: string): (event: Event) => boolean {
  let at: string | undefined;
  return (event) => {
    if (event.kind === 'task-started' && event.host === host) at = event.task.name;
    return event.kind === 'host-busy' && event.host === host && event.doing === 'changing' && at === name;
  };
}

/** Matches when a task has printed something while changing a host. */
const prints = (host: string, name: string, text: string) => (event: Event) =>
  event.kind === 'output' && event.host === host && event.task.name === name && event.text.includes(text);

const killHard = ({ pid }: ChildProcess) => process.kill(-pid!, 'SIGKILL');

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
