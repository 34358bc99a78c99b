/** A difference that is meant, and why. Without a theme it may turn up in any playbook. */
export interface Intended {
  readonly theme?: string;
  readonly difference: RegExp;
  readonly why: string;
}

/** What docs/from-ansible.md tells under Different and Not there, as these playbooks meet it. */
export const intended: readonly Intended[] = [
  {
    difference: /: ours (-?[\d.]+), Ansible's "\1"$/,
    why: 'what a template yields keeps its type; in Ansible 2.14 a number becomes text',
  },
  {
    difference: /\.false_condition: ours .*, Ansible's undefined$/,
    why: 'newer versions of Ansible tell which condition did not hold, and so do we',
  },
  {
    difference:
      /\.msg: ours "(The task includes an option with an undefined variable[^"]*?)", Ansible's "\1\\n\\nThe error appears to be in /,
    why: 'Ansible puts an excerpt of the playbook into the result; ours is told apart from it',
  },
  {
    difference: /\.diff(\[.*|\..*)?: ours undefined, Ansible's /,
    why: 'what differs is registered with --diff only; in Ansible some modules always do',
  },
  {
    theme: 'accounts',
    difference: /got_absent\.stderr(_lines)?: ours undefined/,
    why: 'what useradd and the like print belongs to a failure only',
  },
  {
    theme: 'accounts',
    difference: /got_password_kept\.warnings\[0\]: ours "The input password appears not to have been hashed/,
    why: 'the same warning in our own words',
  },
  {
    theme: 'command',
    difference: /got_bytes\.stdout/,
    why: 'a byte that is not UTF-8 is shown as \\xff; Ansible registers half a surrogate, which nothing can store',
  },
  {
    theme: 'edit',
    difference: /^check: edit.yaml:\d+ on one 1: ours changed "assemble", Ansible's skipped/,
    why: 'Ansible cannot check it, we can',
  },
];
