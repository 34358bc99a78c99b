import { defineTask, packages, predicts, reading, sh } from '../src/sdk.ts';

export default defineTask({
  name: 'ansible.builtin.dpkg_selections',
  summary: 'Set the dpkg selection for a package, for example to hold it.',
  params: {
    name: { type: 'str', required: true, doc: 'The package.' },
    selection: {
      type: 'str',
      required: true,
      choices: ['install', 'hold', 'deinstall', 'purge'],
      doc: 'The selection to set.',
    },
  },
  ask: ({ name }) => ({ package: packages(name) }),
  plan({ package: now }, { name, selection }) {
    const [one] = now.found;
    if (one === undefined) return { failed: `dpkg does not know the package ${name}` };
    const before = one.want || 'not present';
    if (before === selection) return { changes: [], result: { before, after: selection } };
    const after = { ...now, found: now.found.map((other) => ({ ...other, want: selection })) };
    return {
      changes: [
        {
          what: `selection of ${name}`,
          from: before,
          to: selection,
          commands: [reading(sh`dpkg --set-selections`, `${name} ${selection}\n`)],
          effects: [predicts(packages(name), after)],
        },
      ],
      result: { before, after: selection },
    };
  },
  returns: { before: 'The selection before the task.', after: 'The selection after the task.' },
  examples: [
    { title: 'Keep a package at its current version', yaml: 'dpkg_selections:\n  name: less\n  selection: hold' },
  ],
});
