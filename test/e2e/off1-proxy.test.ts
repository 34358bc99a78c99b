import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Event } from '../../src/core/event.ts';
import { labReset, labUp } from '../../src/lab/index.ts';
import { on, until } from '../lab/in-lab.ts';
import { leaveDocumentDone } from './document.ts';
import { fingerprint, unitsTouched } from './fingerprint.ts';
import {
  cutOff,
  failures,
  inEvents,
  killHard,
  onTerminal,
  program,
  type RanWithEvents,
  tasksThat,
  those,
} from './program.ts';
import { tamperings } from './tampering.ts';

// One story on real hosts, in order: each test relies on the state left by those before it.

const playbook = 'playbooks/off1-proxy.yaml';
const steps = Array.from({ length: 26 }, (_, index) => `S${String(index + 1).padStart(2, '0')}`);

/** Task types that only read: people fix the differences that they report, not a run. */
const looking = /(^|\.)(assert|certbot|manual|slurp|tls_certificate|uri|verify|wait_for)$/;

const oneRoundEach = [{ off1: 1 }, { ct100: 1 }, { proxy: 1 }, { ct100: 1 }];

beforeAll(async () => {
  await labUp();
  for (const host of ['services', 'off2', 'off1']) await labReset(host);
});

describe('the install document', () => {
  let foreseen: RanWithEvents;

  test('a check of pristine hosts has no failures, and reports what is unknown', async () => {
    foreseen = await inEvents('--check', playbook);

    expect(failures(foreseen)).toEqual([]);
    expect(foreseen.code).toBe(2);
    expect(tasksThat(foreseen, 'changed')).not.toEqual([]);
    const other = those('task-finished', foreseen).filter(
      ({ outcome }) => !['changed', 'unknown', 'unless', 'ok', 'skipped'].includes(outcome.status),
    );
    expect(other).toEqual([]);
    for (const { task, outcome } of those('task-finished', foreseen))
      if (outcome.status === 'unknown') expect(outcome.message, task.name).toMatch(/^depends on "/);
      else if (outcome.status === 'unless') expect(outcome.unless, task.name).not.toEqual([]);
  });

  test('a first run that is killed while creating container 100 has not reported it as done', async () => {
    const ran = await cutOff([playbook], changing('off1', 'Container 100 exists and runs'), async (run) => {
      await until('off1', 'test -e /etc/pve/lxc/100.conf');
      killHard(run);
    });

    expect(tasksThat(ran, 'ok', 'changed')).toEqual([]);
  });

  test('an unattended run applies the whole document', async () => {
    const ran = await inEvents(playbook);

    expect(failures(ran)).toEqual([]);
    expect(ran.code).toBe(0);
    expect([...new Set(those('task-finished', ran).map(({ task }) => task.step))].toSorted()).toEqual(
      expect.arrayContaining(steps),
    );
    // Tasks that the check reported as ok changed nothing, and those reported as changed did change something.
    const said = tasksThat(foreseen, 'changed', 'unless', 'unknown');
    const changed = ofTasks(ran, tasksThat(ran, 'changed'));
    expect(changed.filter((task) => !said.includes(task))).toEqual([]);
    expect(ofTasks(foreseen, tasksThat(foreseen, 'changed')).filter((task) => !changed.includes(task))).toEqual([]);
  });

  test('a second run changes nothing, in one round per host and play', async () => {
    const ran = await inEvents(playbook);

    expect(failures(ran)).toEqual([]);
    expect(tasksThat(ran, 'changed')).toEqual([]);
    expect(those('play-finished', ran).map(({ rounds }) => rounds)).toEqual(oneRoundEach);
    expect(ran.code).toBe(0);
  });

  test('-v shows the rounds', async () => {
    const { code, stdout } = await program('--lab', '-v', '--tags', 'git', playbook);

    expect(stdout).toMatch(/^rounds: /m);
    expect(stdout).toMatch(/^ct100 +: ok=\d+ +changed=0 /m);
    expect(code).toBe(0);
  });

  test('a check afterwards is clean, also in one round per host and play', async () => {
    const ran = await inEvents('--check', '--diff', playbook);

    expect(tasksThat(ran, 'changed', 'unless', 'unknown', 'failed', 'unreachable')).toEqual([]);
    expect(those('play-finished', ran).map(({ rounds }) => rounds)).toEqual(oneRoundEach);
    expect(ran.code).toBe(0);
  });
});

describe('the forge', () => {
  test("M4: has the target only in the free network's job", async () => {
    const text = await on(
      'services',
      'runuser -u git -- git --git-dir=/home/git/openfoodfacts/openfoodfacts-monitoring.git show main:configs/prometheus/config.yml',
    );
    const jobs = targetsOf(text);

    expect(jobs.filter(({ targets }) => targets.includes('off1-proxy/nginx')).map(({ job }) => job)).toEqual([
      'free-exporters',
    ]);
    expect(jobs.at(-1)?.job).toBe('blackbox-exporter-icmp');
    expect(text).toContain('# CONTAINER/SERVICE, asked as');
  });

  test('M4: with a target in another job is reported, and nothing is pushed', async () => {
    const clone = '/opt/openfoodfacts-monitoring';
    const before = await on('ct100', `git -C ${clone} rev-parse @{upstream}`);
    await on('ct100', `printf '          - off1-proxy/nginx\\n' >>${clone}/configs/prometheus/config.yml`);
    const told = await inEvents('--check', '--tags', 'monitoring', playbook);
    const ran = await inEvents('--tags', 'monitoring', playbook);

    expect(tasksThat(told, 'changed')).toContain('ct100: The monitoring repository is cloned');
    // Nobody works in this clone, so anything put there by mistake is recreated.
    expect([failures(ran), tasksThat(ran, 'changed')]).toEqual([[], ['ct100: The monitoring repository is cloned']]);
    expect(await on('ct100', `git -C ${clone} rev-parse @{upstream}`)).toBe(before);
  });

  test('M minor: is not enough with read-only permission', async () => {
    const key = await on('ct100', 'cat /root/.ssh/id_ed25519.pub');
    const keys = await on('services', 'lab-deploy-key list');
    await on('services', 'lab-deploy-key clear; lab-deploy-key add openfoodfacts-infrastructure --read-only', key);
    const told = await inEvents('--check', '--tags', 'git', playbook);
    await on('services', 'cat >/home/git/.ssh/authorized_keys', keys);

    expect(tasksThat(told, 'changed')).toContain('ct100: The forge gives root write access');
  });

  test('M minor: uncommitted changes in the clone are reported, including untracked files', async () => {
    await on('ct100', 'touch /opt/openfoodfacts-infrastructure/confs/new-site');
    const told = await inEvents('--check', '--tags', 'git', playbook);
    await on('ct100', 'rm /opt/openfoodfacts-infrastructure/confs/new-site');

    expect(failures(told)).toEqual([
      expect.stringMatching(/^ct100: Everything in our clone is committed: .*confs\/new-site/s),
    ]);
    expect(tasksThat(told, 'changed')).toEqual([]);
  });
});

describe('part of the document', () => {
  test('--tags ssl runs only the steps about certificates', async () => {
    const ran = await inEvents('--tags', 'ssl', playbook);

    expect([...new Set(those('task-finished', ran).map(({ task }) => task.step))].toSorted()).toEqual([
      'S13',
      'S14',
      'S15',
      'S18',
    ]);
    expect(ran.code).toBe(0);
  });

  test('--limit leaves other hosts alone', async () => {
    const ran = await inEvents('--limit', 'proxy', playbook);

    expect(new Set(those('task-finished', ran).map(({ host }) => host))).toEqual(new Set(['proxy']));
    expect(Object.keys(those('run-finished', ran)[0]?.rounds ?? {})).toEqual(['proxy']);
    expect(ran.code).toBe(0);
  });

  test('--start-at-task starts there', async () => {
    const ran = await inEvents('--start-at-task', 'The certificates can be renewed', playbook);

    expect(those('task-finished', ran).map(({ task }) => task.name)).toEqual([
      'The certificates can be renewed',
      'postfix interprets its configuration as intended',
      'No mail is stuck',
      'A test mail to root reaches the relay',
      'nginx serves our sites and no others',
      'Each unit that may fail reports it through a unit that exists',
      'systemd understands everything in our units',
      'No package is held back',
      'Everything in our clone is committed',
    ]);
    expect(ran.code).toBe(0);
  });
});

describe('--step', () => {
  const questions = /Perform task: (.*) \(/g;

  test('asks before each task, and follows the answers', async () => {
    const { code, stdout } = await onTerminal(['--lab', '--step', '--tags', 'ssl', playbook], 'Perform task: ', [
      'n',
      'y',
      'c',
    ]);

    expect([...stdout.matchAll(questions)].map(([, task]) => task)).toEqual([
      "The certificates from off2's proxy are here, too",
      "The image site's certificate is the right one",
      'certbot and its nginx plugin are installed',
    ]);
    expect([...stdout.matchAll(/TASK \[(.*)\]/g)].map(([, task]) => task)).toEqual([
      "The image site's certificate is the right one",
      'certbot and its nginx plugin are installed',
      'Certificates are renewed twice a day',
      'nginx runs with its current configuration',
      "nginx serves the image site's certificate",
      'The certificates can be renewed',
    ]);
    expect(code).toBe(0);
  });
});

describe('twenty manual changes', () => {
  const hosts = ['off1', 'ct100', 'proxy', 'off2', 'services'];
  let check: RanWithEvents;
  let before: ReadonlyMap<string, readonly string[]>;
  let began: Date;

  test('are each of a different kind', async () => {
    for (const { host, script, before } of tamperings) {
      if (before !== undefined) await on(before.host, before.script);
      await on(host, script);
    }

    expect(new Set(tamperings.map(({ kind }) => kind)).size).toBe(20);
  });

  test('are all found by a check, and nothing else is', async () => {
    before = await fingerprints(hosts);
    began = new Date();
    check = await inEvents('--check', '--diff', playbook);

    // Where a run would stop, the check says so and continues.
    expect(failures(check)).toEqual([
      expect.stringMatching(/Our configuration is cloned: Local modifications exist.*README\.md/),
      expect.stringMatching(/Everything in our clone is committed: .*README\.md/s),
    ]);
    expect(check.code).toBe(2);
    const told = differences(check);
    for (const { kind, host, task, what, from, to } of tamperings) {
      const found = told.find((one) => one.task === task && what.test(one.what));
      expect(found, kind).toBeDefined();
      expect(host === 'off2' || host === 'services' || found?.host === host, kind).toBe(true);
      expect(found?.from ?? null, kind).toEqual(from === null ? null : expect.stringMatching(from));
      expect(found?.to, kind).toMatch(to);
    }
    expect(
      told.filter(
        (one) =>
          !tamperings.some(
            ({ task, what, follows, alsoTold }) =>
              one.task === alsoTold || (one.task === task && (what.test(one.what) || follows?.test(one.what))),
          ),
      ),
    ).toEqual([]);
  });

  // The content of a commit that is not here yet cannot be known without fetching it, which is a write. A command's `unless` may read
  // anything; what a reload puts into effect depends on what the service is told to read; a directory of links depends on whatever else is
  // linked there.
  test('leave only proofs, and tasks that depend on earlier changes, unknown', () => {
    const unknown = those('task-finished', check).filter(
      ({ task, outcome }) => outcome.status === 'unknown' && !task.handler,
    );
    const more = unknown.filter(({ task }) => !looking.test(task.type));

    expect(more.map(({ task, outcome }) => `${task.name}: depends on ${outcome.assuming?.[0]}`)).toEqual([
      'The image datasets are mounted: depends on opf has been fetched',
      'postfix runs with its current configuration: depends on reload postfix',
      'nginx runs with its current configuration: depends on reload nginx',
      'fail2ban runs with its current configuration: depends on reload fail2ban',
      'fail2ban watches nginx: depends on reload fail2ban',
      'Prometheus scrapes the metrics of container 100: depends on The monitoring repository is cloned',
      'The change is committed and pushed: depends on The monitoring repository is cloned',
      'A test mail to root reaches the relay: depends on Mail from this host comes from openfoodfacts.org',
    ]);
  });

  test('are not touched by the check, which writes nothing and changes no unit', async () => {
    const after = await fingerprints(hosts);

    for (const host of hosts) {
      const [was, is] = [new Set(before.get(host)), new Set(after.get(host))];
      expect(
        [...was].filter((line) => !is.has(line)),
        `gone on ${host}`,
      ).toEqual([]);
      expect(
        [...is].filter((line) => !was.has(line)),
        `new on ${host}`,
      ).toEqual([]);
      expect(await unitsTouched(host, began), host).toEqual([]);
    }
  });

  test('are repaired by a run, except local work, which is never discarded', async () => {
    const refused = await inEvents('--tags', 'git', playbook);
    expect(failures(refused)).toEqual([
      expect.stringMatching(/Our configuration is cloned: Local modifications exist.*README\.md/),
    ]);
    expect(refused.code).toBe(2);
    await on('ct100', 'git -C /opt/openfoodfacts-infrastructure checkout -q README.md');

    const repair = await inEvents(playbook);

    expect(failures(repair)).toEqual([]);
    expect(repair.code).toBe(0);
    const said = tasksThat(check, 'changed', 'unless', 'unknown');
    const changed = [...tasksThat(refused, 'changed'), ...tasksThat(repair, 'changed')];
    expect(changed.filter((task) => !said.includes(task))).toEqual([]);
    // Its configuration was changed, and each change calls for one test mail.
    expect(changed).toContain('ct100: A test mail to root reaches the relay');
  });

  test('are gone afterwards', async () => {
    const ran = await inEvents('--check', playbook);

    expect(tasksThat(ran, 'changed', 'unless', 'unknown', 'failed', 'unreachable')).toEqual([]);
    expect(ran.code).toBe(0);
    await leaveDocumentDone();
  });
});

/** When a task has begun to change a host. */
function changing(host: string, name: string): (event: Event) => boolean {
  let at: string | undefined;
  return (event) => {
    if (event.kind === 'task-started' && event.host === host) at = event.task.name;
    return event.kind === 'host-busy' && event.host === host && event.doing === 'changing' && at === name;
  };
}

const fingerprints = async (hosts: readonly string[]) =>
  new Map(await Promise.all(hosts.map(async (host) => [host, await fingerprint(host)] as const)));

/** Every difference that a check reports, except what handlers would do. */
const differences = (ran: RanWithEvents) =>
  those('task-finished', ran)
    .filter(
      ({ task, outcome: { status, would } }) =>
        (status === 'failed' || (would ?? status) === 'changed') && !task.handler,
    )
    .flatMap(({ host, task, outcome: { changes, status, message } }) =>
      [...changes, ...(status === 'failed' ? [{ what: 'failure', from: null, to: message ?? '' }] : [])].map(
        (change) => ({ host, task: task.name, ...change }),
      ),
    );

/** The differences of some tasks of a run, without handlers and tasks that only read. */
function ofTasks(ran: RanWithEvents, names: readonly string[]): readonly string[] {
  const acting = new Set(
    those('task-finished', ran)
      .filter(({ task }) => !task.handler && !looking.test(task.type))
      .map(({ host, task }) => `${host}: ${task.name}`),
  );
  return names.filter((name) => acting.has(name));
}

/** The jobs in a Prometheus configuration, with their targets. */
function targetsOf(text: string): readonly { readonly job: string; readonly targets: readonly string[] }[] {
  const { scrape_configs } = parse(text) as {
    scrape_configs: { job_name: string; static_configs?: { targets: string[] }[] }[];
  };
  return scrape_configs.map(({ job_name: job, static_configs = [] }) => ({
    job,
    targets: static_configs.flatMap(({ targets }) => targets),
  }));
}
