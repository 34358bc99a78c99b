import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Login, labPristine } from '../../src/lab/index.ts';
import { on } from '../lab/in-lab.ts';
import { eventsOf, failures, program, type RanWithEvents, tasksThat, those } from './program.ts';

// Eight playbooks as written by people who know Ansible, each on its own plain Debian: checked on the pristine host, run, run again,
// checked again. Expectations about the world are written in everyday/*.yaml.

const playbooks = ['hardening', 'nginx-tls', 'postgresql', 'app', 'mounts', 'backups', 'exporter', 'rolling'] as const;
const folder = 'test/e2e/everyday';
const place = mkdtempSync(join(tmpdir(), 'retrace-everyday-'));
afterAll(() => rmSync(place, { recursive: true }));

describe.each(playbooks)('%s', (name) => {
  // A host is pristine only once, and a rollout needs two.
  const hosts = name === 'rolling' ? ['rolling1', 'rolling2'] : [name];
  let foreseen: RanWithEvents;

  beforeAll(async () => {
    const logins = await Promise.all(hosts.map((host) => labPristine(host)));
    writeFileSync(inventory(name), inventoryOf(logins));
  });

  test('a check of a pristine host completes without failures', async () => {
    foreseen = await runOf(name, '--check');

    expect(failures(foreseen)).toEqual([]);
    expect(foreseen.code).toBe(2);
  });

  test('the run does what the check predicted', async () => {
    const ran = await runOf(name);

    expect(failures(ran)).toEqual([]);
    expect(ran.code).toBe(0);
    expect(falsePredictions(foreseen, ran)).toEqual([]);
  });

  test('a second run changes nothing', async () => {
    const ran = await runOf(name);

    expect(tasksThat(ran, 'changed', 'failed', 'unreachable')).toEqual([]);
    expect(ran.code).toBe(0);
  });

  test('a check afterwards finds no drift', async () => {
    const ran = await runOf(name, '--check');

    expect(tasksThat(ran, 'changed', 'unless', 'unknown', 'failed', 'unreachable')).toEqual([]);
    expect(ran.code).toBe(0);
  });
});

describe('a release that does not respond', () => {
  const live = (host: string): Promise<string> => on(host, 'readlink /srv/site/current');

  test('is rolled back on the first host, and no other host gets it', async () => {
    expect((await runOf('rolling', '-e', 'release=2')).code).toBe(0);

    const ran = await runOf('rolling', '-e', 'release=broken');

    expect(ran.code).toBe(2);
    expect(failures(ran).at(-1)).toMatch(/release broken does not answer on rolling1: back to 2/);
    expect(those('task-finished', ran).filter(({ host }) => host === 'rolling2')).toEqual([]);
    expect([await live('rolling1'), await live('rolling2')]).toEqual([
      '/srv/site/releases/2\n',
      '/srv/site/releases/2\n',
    ]);
    expect(await on('rolling1', 'curl -s localhost:8080/index.html')).toBe('release 2\n');
  });
});

const inventory = (name: string): string => join(place, `${name}.yaml`);

const inventoryOf = (logins: readonly Login[]): string => `plain:
  vars:
    ansible_user: root
    ansible_ssh_private_key_file: ${logins[0]?.privateKeyFile}
    retrace_known_hosts: ${logins[0]?.knownHostsFile}
  hosts:
${logins.map((login) => `    ${login.name}: { ansible_host: ${login.address} }\n`).join('')}`;

async function runOf(name: string, ...args: readonly string[]): Promise<RanWithEvents> {
  const ran = await program(
    ...['lab', 'exec', process.execPath, 'dist/run.cjs', '--output', 'json', '-i', inventory(name)],
    ...['--vault-password-file', `${folder}/vault-password`, ...args, `${folder}/${name}.yaml`],
  );
  return { ...ran, events: eventsOf(ran.stdout) };
}

// The message of a check about a command that its author declared read-only.
const notRun = 'not run in a check';

/**
 * Where a run differed from what a check had predicted. Predictions that were unknown, conditional on another task, or not run in a check
 * cannot be false.
 */
function falsePredictions(check: RanWithEvents, run: RanWithEvents): readonly string[] {
  const did = outcomes(run);
  return [...outcomes(check)]
    .filter(
      ([task, status]) => !['unknown', 'unless', notRun].includes(status) && (did.get(task) ?? 'not run') !== status,
    )
    .map(([task, status]) => `${task}: predicted ${status}, but the run reported ${did.get(task) ?? 'not run'}`);
}

/** How each task, or item of a loop, first ended on each host. */
function outcomes(ran: RanWithEvents): ReadonlyMap<string, string> {
  const all = new Map<string, string>();
  const items = those('item-finished', ran).map((event) => ({ ...event, item: ` (item=${event.label})` }));
  for (const event of [...items, ...those('task-finished', ran).map((one) => ({ ...one, item: '' }))]) {
    const key = `${event.host}: ${event.task.at.line}: ${event.task.name}${event.item}`;
    const { status, message } = event.outcome;
    if (!all.has(key)) all.set(key, message?.startsWith(notRun) === true ? notRun : status);
  }
  return all;
}
