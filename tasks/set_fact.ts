import { defineTask } from '../src/sdk.ts';

export default defineTask({
  name: 'ansible.builtin.set_fact',
  summary: 'Set variables for a host for the rest of the run.',
  controllerOnly: true,
  onlyValues: true,
  anyParams: true,
  gives: 'set_fact',
  params: { cacheable: { type: 'bool', default: false, doc: 'Also keep the variables in the fact cache.' } },
  plan(_state, params, { native }) {
    const { cacheable, ...given } = params as Readonly<Record<string, unknown>>;
    const wrong = Object.keys(given).find((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
    if (wrong !== undefined)
      return {
        failed: `The variable name '${wrong}' is not valid. Variables must start with a letter or underscore character, and contain only letters, numbers and underscores.`,
      };
    if (Object.keys(given).length === 0)
      return { failed: 'No key/value pairs provided, at least one is required for this action to succeed' };
    const facts = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, native === true ? value : asBoolean(value)]),
    );
    return { changes: [], result: { ansible_facts: facts, _ansible_facts_cacheable: cacheable } };
  },
  returns: { ansible_facts: 'The variables that were set.' },
  examples: [{ title: 'Set two variables', yaml: 'set_fact:\n  site: images\n  port: "{{ 80 + 1 }}"' }],
});

/** Ansible 2.14 treats the words true, false, yes and no as booleans here, and playbooks rely on that. */
function asBoolean(value: unknown): unknown {
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  if (word === 'true' || word === 'yes') return true;
  return word === 'false' || word === 'no' ? false : value;
}
