import { groupBy } from '../../core/group-by.ts';
import { must } from '../../core/must.ts';
import type { RunContext } from '../../engine/variables/run-context.ts';
import { createFiles, type Files } from '../../language/files.ts';
import type { Playbook } from '../../language/model.ts';
import { loadPlaybooks } from '../../language/playbook.ts';
import type { AppliedThing } from './watch.ts';

/** What is to be removed from a host, in order. */
interface Removal {
  readonly host: string;
  readonly things: readonly Pick<AppliedThing, 'name' | 'absence' | 'as'>[];
}

const NAME = 'retrace_orphans';

/** A playbook whose tasks remove things from hosts. Each is named after its thing. */
export async function removalPlaybook(
  { loadedType, taskType, runFacts }: Pick<RunContext, 'loadedType' | 'taskType' | 'runFacts'>,
  removals: readonly Removal[],
): Promise<readonly Playbook[]> {
  for (const { things } of removals) for (const { absence } of things) await taskType(absence.type);
  const file = `${runFacts.playbookDir}/${NAME}.yaml`;
  const same = groupBy(removals, ({ things }) => JSON.stringify(things));
  const plays = [...same.values()].map((some) =>
    playText(
      some.map(({ host }) => host),
      some[0].things,
    ),
  );
  const text = `[${plays.join(',\n')}]`;
  const real = createFiles();
  const files: Files = {
    ...real,
    readText: (path) => (path === file ? text : real.readText(path)),
    isFile: (path) => path === file || real.isFile(path),
  };
  const loaded = loadPlaybooks([file], { files, taskType: (name) => loadedType(name) });
  if (!loaded.ok) throw new Error(`the playbook that removes does not load: ${JSON.stringify(loaded.error)}`);
  return loaded.value;
}

const playText = (hosts: readonly string[], things: Removal['things']): string =>
  yamlOf({
    name: 'retire',
    hosts,
    gather_facts: false,
    tasks: things.map(({ name, absence, as }) => ({
      name,
      [absence.type]: absence.args,
      connection: as.connection,
      ...(as.user !== undefined && { remote_user: as.user }),
      become: as.become !== undefined,
      ...(as.become !== undefined && { become_user: as.become.user, become_method: as.become.method }),
    })),
  });

/** Plain data as YAML: as JSON, but what could be taken for a template is no template. */
function yamlOf(value: unknown): string {
  if (typeof value === 'string') return `${value.includes('{') ? '!unsafe ' : ''}${JSON.stringify(value)}`;
  if (Array.isArray(value)) return `[${value.map(yamlOf).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return must(JSON.stringify(value), 'plain data');
  return `{${Object.entries(value)
    .map(([key, one]) => `${JSON.stringify(key)}: ${yamlOf(one)}`)
    .join(', ')}}`;
}
