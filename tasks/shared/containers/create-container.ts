import { type Change, type Command, script, sh } from '../../../src/sdk.ts';
import { clientEnvironment, variablesInFile } from './client-environment.ts';
import { containerEngine, onEngine } from './container-command.ts';
import { containerEffects } from './container-effects.ts';
import { removing, repeatsOf, shouldRun, starting } from './container-lifecycle.ts';
import { connectedTo, createdIn, networkModeOf } from './container-networks.ts';
import { commandArguments, wantedVariables } from './container-options.ts';
import type { ContainerTask } from './container-params.ts';
import { containerOptionsOf, type Situation } from './container-situation.ts';
import { toldDifferences } from './differing-container.ts';
import { withEngine } from './engine.ts';
import { textAt } from './json.ts';

/** A new container, instead of the existing one if there is one. */
export function containerCreation(situation: Situation): readonly Change[] {
  const { state, task, context } = situation;
  const { container } = state;
  const runs = shouldRun(task);
  const told = toldDifferences(situation);
  const created: Change = {
    what: `container ${task.name}`,
    from: container === null ? null : 'present',
    to: `${container === null ? 'created' : 'created again'}${runs ? startedWord(task) : ''}`,
    commands: [
      ...(container === null ? [] : removing(task, container, context)),
      ...creating(situation),
      ...(runs ? starting(task, context) : []),
    ],
    effects: containerEffects(situation, runs, true),
    ...repeatsOf(task),
  };
  const shown = task.recreate ? told.filter(({ what: name }) => name !== created.what) : told;
  return [...shown, task.recreate ? { ...created, repeats: true } : created];
}

const startedWord = ({ detach, paused }: ContainerTask): string => {
  if (!detach) return ', run until it ends';
  return paused === true ? ', started, paused' : ', started';
};

function creating({ state, task, context, image }: Situation): readonly Command[] {
  const mode = networkModeOf(task);
  const first = task.networks?.find(({ name }) => name === mode);
  const others = task.networks?.filter((network) => network !== first) ?? [];
  const network = first === undefined ? modeFlags(mode) : createdIn(first);
  const { options, wrap } = clientEnvironment(
    task.env === undefined && task.env_file === undefined ? [] : wantedVariables(task, variablesInFile(state.file)),
  );
  const container = null;
  const flags = containerOptionsOf({ ...state, container }, task, image).flatMap((option) => option.flags);
  const platform = task.platform === undefined ? [] : ['--platform', task.platform];
  const words = ['--name', task.name, ...network, ...platform, ...flags];
  const reference = task.image ?? textAt(state.container, 'Image');
  const call = script`_engine create ${[...words, ...options]} -- ${reference} ${commandArguments(task)} >/dev/null`;
  return [
    {
      ...sh`${withEngine(containerEngine(task, context))}
${wrap(call)}`,
      shown: `docker create ${words.join(' ')} ${reference} ${commandArguments(task).join(' ')}`.trimEnd(),
      long: true,
    },
    ...others.map((one) =>
      onEngine(task, context, ['network', 'connect', ...connectedTo(one), '--', one.name, task.name]),
    ),
  ];
}

const modeFlags = (mode: string | undefined): readonly string[] => (mode === undefined ? [] : ['--network', mode]);
