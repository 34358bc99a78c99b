interface Missing {
  readonly target: string;
  readonly why: string;
}

/** The same for the targets of a newer Ansible than Debian's. */
export const newerMissing: readonly Missing[] = [
  { target: 'deb822_repository', why: 'without the internet, it ends where it fetches a key, with both programs.' },
  {
    target: 'roles',
    why: 'it looks for the arguments of a module (`invocation`) in the output of `-vvv`, which ours does not print.',
  },
  {
    target: 'template',
    why: "names of Ansible's classes, and the place of the task in the message about an undefined variable.",
  },
  {
    target: 'unarchive',
    why: 'without `/usr/bin` in PATH, we cannot find the tools that we need. With `keep_newer`, ours reports ok if nothing is unpacked. Without the internet, it ends at a download, with both programs.',
  },
];

/** Parts of Ansible's targets that we do not pass, and why; printed next to the numbers. */
export const missing: readonly Missing[] = [
  {
    target: 'adhoc',
    why: 'the code that writes the timeout message does not know the limit.',
  },
  {
    target: 'apt, cli, dpkg_selections, expect, git, pause, pip',
    why: 'they need a module that is missing, a mirror or the internet. Ansible, too, stops early here.',
  },
  {
    target: 'assert',
    why: 'it compares the whole output byte for byte: headings, the order of keys in results, blank lines.',
  },
  {
    target: 'async',
    why: 'it needs a Python module of its own, a status directory that is left behind with `poll` above 0, and the line `ASYNC POLL`.',
  },
  {
    target: 'debug, template_jinja2_non_native, jinja2_native_types',
    why: "they ask for the names of Ansible's Python classes (`type_debug`, `__class__`), or mark text without braces as unsafe.",
  },
  { target: 'ansible-pull', why: "it starts Debian's ansible-playbook, not ours." },
  { target: 'loop-connection, until', why: 'they include a connection plugin or a module written in Python.' },
  { target: 'template', why: "names of Ansible's classes, and lookup options after a colon." },
  { target: 'unarchive', why: 'without `/usr/bin` in PATH, we cannot find the tools that we need.' },
  {
    target: 'var_templating',
    why: 'output that Ansible prints with `-vvvv`.',
  },
  { target: 'wait_for', why: 'its time limits are meant for an idle machine; these runs shared theirs with others.' },
  {
    target: 'fetch, shell, templating_lookups',
    why: 'they include modules or plugins written in Python.',
  },
  {
    target: 'unsafe_writes',
    why: "in the recording of Ansible's run, its first assertion was counted once more.",
  },
  {
    target: 'filter_encryption',
    why: 'a number in braces stays a number, so the salt differs, and vaulted variables do not reach filters undecrypted.',
  },
  {
    target: 'gathering_facts, module_defaults',
    why: 'they are about modules in Python, and action groups.',
  },
  {
    target: 'subversion',
    why: 'the module is missing, which is told before the first task; with Ansible, setting up its server fails.',
  },
  {
    target: 'user',
    why: 'Ansible stops at once, because its core has no module `timezone`; ours goes on, and lacks a warning about `local`.',
  },
  {
    target: 'loops',
    why: 'the last assertion expects a string that a loop has put into a fact to be evaluated as a template when the fact is used. We never evaluate a computed value again, since it may come from a host.',
  },
];
