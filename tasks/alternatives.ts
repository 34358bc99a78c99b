import { type Change, defineTask, predicts, sh, shell, shellAnswer } from '../src/sdk.ts';
import { byState } from './shared/retire/by-state.ts';

export default defineTask({
  name: 'community.general.alternatives',
  summary: 'Choose which program provides a command (update-alternatives).',
  params: {
    name: { type: 'str', required: true, doc: 'The generic command name, for example `editor`.' },
    path: { type: 'path', doc: 'The program that provides the command. Required on Debian.' },
    family: {
      type: 'str',
      doc: "A group of alternatives. Debian's update-alternatives does not have it, so that `path` is needed.",
    },
    link: { type: 'path', doc: 'The path of the generic link; required if the name is new.' },
    priority: { type: 'int', doc: "The program's priority in automatic mode (default for a new program: 50)." },
    state: {
      type: 'str',
      default: 'selected',
      choices: ['present', 'selected', 'auto', 'absent'],
      doc: 'What to do with the program: register it (`present`), select it (`selected`), register it and let priorities decide (`auto`), or remove it (`absent`).',
    },
    subcommands: {
      type: 'list',
      elements: 'dict',
      aliases: ['slaves'],
      doc: 'Additional links that are switched together with the main one.',
      options: {
        name: { type: 'str', required: true, doc: 'The generic name of the link.' },
        path: { type: 'path', required: true, doc: 'The target of the link.' },
        link: { type: 'path', required: true, doc: 'The path of the link.' },
      },
    },
  },
  rules: { requiredOneOf: [['path', 'family']] },
  ask: ({ name }) => ({ group: query(name) }),
  plan({ group: answer }, { name, path, link, priority, state, subcommands = [] }) {
    if (path === undefined) return { failed: "Debian's update-alternatives knows no `family`: set `path`" };
    const now = readGroup(answer.stdout);
    const known = now.priorities.get(path);
    const at = link ?? now.link;
    const change = (
      what: string,
      from: string | null,
      to: string | null,
      words: readonly (string | number)[],
    ): Change => ({
      what,
      from,
      to,
      commands: [sh`update-alternatives --quiet ${words}`],
      effects: [
        predicts(
          query(name),
          shellAnswer(foreseen(now, { name, path, link: at ?? '', priority: priority ?? known ?? 50, state })),
        ),
      ],
    });
    if (state === 'absent')
      return {
        changes:
          known === undefined
            ? []
            : [change(`alternative ${path} for ${name}`, 'present', null, ['--remove', name, path])],
      };
    if (at === undefined)
      return { failed: 'Needed to install the alternative, but unable to do so as we are missing the link' };
    const slaves = subcommands.flatMap((one) => ['--slave', one.link, one.name, one.path]);
    const install =
      known === undefined ||
      (priority !== undefined && known !== priority) ||
      (link !== undefined && now.link !== link);
    const installing = change(
      `alternative ${path} for ${name}`,
      known === undefined ? null : `priority ${known}`,
      `priority ${priority ?? known ?? 50}`,
      ['--install', at, name, path, priority ?? known ?? 50, ...slaves],
    );
    const selecting = change(name, `${now.value ?? 'none'} (${now.mode})`, path, ['--set', name, path]);
    const leaving = change(name, 'chosen by hand', 'chosen by priority', ['--auto', name]);
    const chosen =
      state === 'selected' &&
      (now.value !== path || now.mode !== 'manual') &&
      !(now.value === path && now.mode === 'auto');
    return {
      changes: [
        ...(install ? [installing] : []),
        ...(chosen ? [selecting] : []),
        ...(state === 'auto' && now.mode === 'manual' ? [leaving] : []),
      ],
    };
  },
  retire: byState('alternative', ['name', 'path']),
  returns: {},
  examples: [
    {
      title: 'Choose the pager',
      yaml: 'alternatives:\n  name: pager\n  path: /bin/more',
      runs: { no: 'a test host may not have it' },
    },
  ],
});

interface Group {
  readonly link?: string;
  readonly value?: string;
  readonly mode: string;
  readonly priorities: ReadonlyMap<string, number>;
}

const query = (name: string) =>
  shell({
    ...sh`LC_ALL=C update-alternatives --query ${name} 2>/dev/null; :`,
    about: [`alternative:${name}`, 'by:package:*'],
  });

function readGroup(text: string): Group {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1];
  const priorities = [...text.matchAll(/^Alternative: (.*)\nPriority: (-?\d+)$/gm)].map(
    ([, path = '', priority]) => [path, Number(priority)] as const,
  );
  return {
    link: field('Link'),
    value: field('Value'),
    mode: field('Status') ?? 'auto',
    priorities: new Map(priorities),
  };
}

function foreseen(
  now: Group,
  { name, path, link, priority, state }: { name: string; path: string; link: string; priority: number; state: string },
): string {
  const all = new Map([...now.priorities, [path, priority] as const]);
  if (state === 'absent') all.delete(path);
  const [value, mode] =
    state === 'selected' ? [path, 'manual'] : [now.value ?? path, state === 'auto' ? 'auto' : now.mode];
  return `Name: ${name}\nLink: ${link}\nStatus: ${mode}\nValue: ${value}\n${[...all].map(([one, number]) => `\nAlternative: ${one}\nPriority: ${number}\n`).join('')}`;
}
