import { defineTask, type Package, packages } from '../src/sdk.ts';

export default defineTask({
  name: 'ansible.builtin.package_facts',
  summary: 'Gather facts about the installed packages.',
  params: {
    manager: {
      type: 'list',
      elements: 'str',
      default: ['auto'],
      doc: 'The package managers to query; only apt is supported.',
    },
    strategy: { type: 'str', default: 'first', choices: ['first', 'all'], ignored: 'only apt is supported' },
  },
  ask: () => ({ all: packages('*') }),
  plan({ all }, { manager }) {
    if (!manager.some((one) => one === 'auto' || one === 'apt'))
      return { failed: `Unsupported package managers requested: ${manager.join(', ')}` };
    const installed = all.found.filter((one) => one.status === 'installed').sort((a, b) => (a.name < b.name ? -1 : 1));
    const told = ({ name, version, architecture }: Package) => ({ name, version, arch: architecture, source: 'apt' });
    const names = [...new Set(installed.map((one) => one.name))];
    const facts = names.map((name) => [name, installed.filter((one) => one.name === name).map(told)]);
    return { changes: [], result: { ansible_facts: { packages: Object.fromEntries(facts) } } };
  },
  gives: 'facts',
  factNames: () => ['packages'],
  returns: { ansible_facts: '`packages`: a list of installed versions for each package name.' },
  examples: [{ title: 'List all packages', yaml: 'package_facts:' }],
});
