import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compare, type Verdict } from './compare.ts';
import { makeHost, randomHost } from './host.ts';
import { differences, manifestOf } from './manifest.ts';
import { randomPlay, yamlOf } from './play.ts';
import { caseSeed, Random } from './random.ts';
import { type Story, storyOf } from './told.ts';
import { World } from './world.ts';

/** Where and how cases are created. */
export interface Setting {
  readonly seed: number;
  readonly commands: boolean;
  /** The program: `dist/run.cjs`. */
  readonly program: string;
  /** A directory for the directories of cases. */
  readonly directory: string;
  /** A directory filled by `makeSources`. */
  readonly sources: string;
}

/** The result of a case. */
export interface CaseResult {
  readonly number: number;
  readonly directory: string;
  readonly verdicts: readonly Verdict[];
  /** For some cases: the predictions of a second check, if any, compared with a second run. */
  readonly again: readonly Verdict[];
  /** Paths that a check changed. */
  readonly writes: readonly string[];
  /** The reasons why the program did not finish. */
  readonly troubles: readonly string[];
}

/** One in this many cases is checked and run a second time, which costs as much as another case and shows less. */
const TWICE_EVERY = 4;

/** Creates case `number`, and has the program check it, run it, and check it again. */
export async function runCase(setting: Setting, number: number): Promise<CaseResult> {
  const directory = join(setting.directory, `case-${number}`);
  const host = join(directory, 'host');
  writeCase(setting, number, directory);
  const writes: string[] = [];
  const check = async (): Promise<Story> => {
    const before = manifestOf(host);
    const story = await told(setting, number, ['--check', '--diff']);
    writes.push(...differences(before, manifestOf(host)));
    return story;
  };
  const first = await pair(check, () => told(setting, number, ['--diff']));
  // After a failed run there is nothing for a second check to agree with.
  const second = first.ended === 0 && number % TWICE_EVERY === 0 ? await check() : undefined;
  const again =
    second === undefined || isClean(second)
      ? { verdicts: [], troubles: [] }
      : await pair(
          async () => second,
          () => told(setting, number, ['--diff']),
        );
  // Pending handlers of a failed play are recorded for its next run.
  rmSync(`/var/lib/retrace/handlers-case-${number}`, { force: true });
  const troubles = [...first.troubles, ...again.troubles];
  return { number, directory, verdicts: first.verdicts, again: again.verdicts, writes, troubles };
}

const isClean = ({ told }: Story): boolean =>
  told.every(({ outcome }) => outcome.status === 'ok' || outcome.status === 'skipped');

async function pair(
  check: () => Promise<Story>,
  run: () => Promise<Story>,
): Promise<{ verdicts: readonly Verdict[]; troubles: readonly string[]; ended?: number | undefined }> {
  const foreseen = await check();
  if (foreseen.trouble !== undefined) return { verdicts: [], troubles: [`the check ended: ${foreseen.trouble}`] };
  const happened = await run();
  if (happened.trouble !== undefined) return { verdicts: [], troubles: [`the run ended: ${happened.trouble}`] };
  return { verdicts: compare(foreseen, happened), troubles: [], ended: happened.exitCode };
}

/** The host that every play of a batch has besides its own. */
export const STEADY = 'steady';

/** Writes the host and the playbook of a case. `name`: the host of its play, instead of all. */
export function writeCase(
  { seed, commands, sources }: Setting,
  number: number,
  directory: string,
  name?: string,
): void {
  const random = new Random(caseSeed(seed, number));
  const entries = randomHost(random);
  const world = new World(random, entries);
  const play = randomPlay(world, commands);
  const host = join(directory, 'host');
  makeHost(host, entries, sources);
  const { hosts, ...rest } = play;
  // A second host, for which nothing is done, keeps the run going when this one fails.
  const alone = { meta: 'end_host', when: `inventory_hostname == '${STEADY}'` };
  const own = name === undefined ? { hosts } : { hosts: `${name},${STEADY}`, pre_tasks: [alone] };
  const yaml = yamlOf([{ ...own, vars: { h: host }, ...rest }]);
  for (const [path, content] of [['play.yaml', yaml] as const, ...world.controllerFiles]) {
    const file = join(directory, 'play', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/** The reports of the program about a case. */
function told({ program, directory }: Setting, number: number, options: readonly string[]): Promise<Story> {
  const name = `case-${number}`;
  const argv = [program, 'play.yaml', '-i', `${name},`, '-c', 'local', '-o', 'json', ...options];
  const child = spawn(process.execPath, argv, {
    cwd: join(directory, name, 'play'),
    env: { ...process.env, LC_ALL: 'C.UTF-8', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => stdout.push(part));
  child.stderr.on('data', (part: Buffer) => stderr.push(part));
  return new Promise((resolve) =>
    child.on('close', (code) => {
      const story = storyOf(Buffer.concat(stdout).toString());
      const said = Buffer.concat(stderr).toString().trim();
      const ended = story.exitCode !== undefined && story.told.length > 0;
      resolve(ended ? story : { ...story, trouble: `exit code ${code}: ${said.slice(0, 500)}` });
    }),
  );
}
