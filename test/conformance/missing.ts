/** Parts of Ansible's targets that we do not pass, and why; printed next to the numbers. */
export const missing: readonly { readonly target: string; readonly why: string }[] = [
  {
    target: 'adhoc',
    why: 'the code that writes the timeout message does not know the limit.',
  },
  {
    target: 'apt, cli, dpkg_selections, expect, git, pause, pip',
    why: 'they need a module that is missing (`pip`), a mirror or the internet. Ansible, too, stops early here.',
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
    target: 'debug, template_jinja2_non_native, jinja2_native_types, undefined',
    why: "they ask for the names of Ansible's Python classes (`type_debug`, `__class__`, the text of an undefined value), or mark text without braces as unsafe.",
  },
  { target: 'ansible-pull', why: "it starts Debian's ansible-playbook, not ours." },
  { target: 'connection_local, wait_for_connection', why: 'the module `wait_for_connection` is missing.' },
  { target: 'loop-connection, until', why: 'they include a connection plugin or a module written in Python.' },
  { target: 'template', why: "names of Ansible's classes, and lookup options after a colon." },
  { target: 'templating', why: 'the message about an unknown test in a template file is worded differently.' },
  { target: 'unarchive', why: 'without `/usr/bin` in PATH, we cannot find the tools that we need.' },
  {
    target: 'var_reserved, var_templating',
    why: 'a warning about reserved names, and output that Ansible prints with `-vvvv`.',
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
    why: 'facts are gathered when they are read, so `gather_subset` and `fact_path` in a play do not leave any out; the rest is about modules and action groups in Python.',
  },
  {
    target: 'loops',
    why: 'the last assertion expects a string that a loop has put into a fact to be evaluated as a template when the fact is used. We never evaluate a computed value again, since it may come from a host.',
  },
  {
    target: 'test_core',
    why: 'the test `vault_encrypted` looks at a variable that is encrypted with vault in a playbook. We decrypt variables when they are read, so the test sees the decrypted value; it works only on strings as they appear in files.',
  },
];
