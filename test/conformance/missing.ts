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
    target: 'user',
    why: 'it removes temporary files whose path is a dictionary. Ansible takes the text of the dictionary for a path, finds no such file and says ok; here it is an error.',
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
    target: 'template, template_jinja2_non_native, jinja2_native_types',
    why: "they ask for the names of the classes that Ansible's strings have, such as `NativeJinjaText` (`type_debug`, `__class__`): ours do not record where they come from.",
  },
  { target: 'ansible-pull', why: "it starts Debian's ansible-playbook, not ours." },
  { target: 'loop-connection', why: 'it includes a connection plugin written in Python.' },
  { target: 'until', why: 'its last task uses an action plugin written in Python; everything before it passes.' },
  { target: 'unarchive', why: 'without `/usr/bin` in PATH, we cannot find the tools that we need.' },
  {
    target: 'fetch',
    why: 'it includes modules or plugins written in Python.',
  },
  { target: 'shell', why: 'it consists of an action plugin and connection plugins written in Python.' },
  {
    target: 'unsafe_writes',
    why: "in the recording of Ansible's run, its first assertion was counted once more.",
  },
  {
    target: 'module_defaults',
    why: 'it sets defaults for groups of modules that a collection defines, and for modules and action plugins written in Python there.',
  },
  {
    target: 'user',
    why: 'Ansible stops at once, because its core has no module `timezone`; we have one, so ours goes on.',
  },
  {
    target: 'roles_arg_spec',
    why: 'it uses a role whose arguments another use of it has set. In ansible-core 2.18, variables of a use are visible only in it (its target sets them itself), and so they are with ours.',
  },
  {
    target: 'loops',
    why: 'the last assertion expects a string that a loop has put into a fact to be evaluated as a template when the fact is used. We never evaluate a computed value again, since it may come from a host.',
  },
];
