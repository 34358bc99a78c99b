import { defineTask } from '../src/sdk.ts';

export default defineTask({
  name: 'ansible.builtin.add_host',
  summary: 'Add a host to the inventory of this run.',
  description: 'All other parameters become host variables.',
  controllerOnly: true,
  oncePerPlay: true,
  anyParams: true,
  params: {
    name: {
      type: 'str',
      required: true,
      aliases: ['host', 'hostname'],
      doc: 'The name of the host, optionally with a port, as in `host:22`.',
    },
    groups: {
      type: 'list',
      elements: 'str',
      aliases: ['group', 'groupname'],
      default: [],
      doc: 'The groups to add the host to.',
    },
  },
  plan(_state, params) {
    const {
      name: given,
      groups,
      ...vars
    } = params as Readonly<Record<string, unknown>> & { readonly name: string; readonly groups: readonly string[] };
    const [, name = given, port] = /^([^:]+|\[[^\]]+\]):(\d+)$/.exec(given) ?? [];
    const all = port === undefined ? vars : { ansible_ssh_port: Number(port), ...vars };
    // Ansible's result has `host_name` and `host_vars`; the engine reads the plain keys.
    return {
      changes: [],
      result: {
        add_host: { name, groups: groups.map((one) => one.trim()), vars: all, host_name: name, host_vars: all },
      },
    };
  },
  returns: { add_host: 'The host with its groups and variables.' },
  examples: [
    {
      title: 'Add a container that was just created',
      yaml: 'add_host:\n  name: ct100\n  groups: [proxies]\n  ansible_host: 10.1.0.100',
    },
  ],
});
