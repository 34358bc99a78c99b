/** An intended difference, and the reason. Without a theme it may occur in any playbook. */
export interface Intended {
  readonly theme?: string;
  readonly difference: RegExp;
  readonly why: string;
}

/** The differences listed in docs/from-ansible.md under Different and Not there, as they occur in these playbooks. */
export const intended: readonly Intended[] = [
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
    difference:
      /^check: .* ours (ok|changed) "(assemble|wait_for|tempfile|uri|get_url|unarchive)".*, Ansible's skipped "\2"/,
    why: 'Ansible cannot check it, we can',
  },
  {
    difference: /^again: .*\.(src|md5sum): ours ".*", Ansible's undefined$/,
    why: 'a copy tells where it came from, also where nothing was to be done',
  },
  {
    difference: /^again: .*\.path: ours undefined, Ansible's "/,
    why: 'a copy tells its place as `dest`; in Ansible as `path` as well where nothing was to be done',
  },
  {
    difference: /\.src: ours "[^"]*", Ansible's "SOURCE"$/,
    why: 'files are not copied to a temporary folder first: src is that of the controller',
  },
  {
    theme: 'look',
    difference: /got_regex\.(state|gid|group|mode|owner|size|uid): ours/,
    why: 'what the file is besides what was waited for is for stat to tell',
  },
  {
    theme: 'copy',
    difference: /got_(folder|inside|not_forced)\.\w+: ours .*, Ansible's (undefined|".*")$/,
    why: 'a copy of a tree, and one that is not made, tell what is there, too',
  },
  {
    theme: 'copy',
    difference: /got_(fetch|flat)\.file: ours ".*", Ansible's undefined$/,
    why: 'fetch tells the file on the host each time',
  },
  {
    theme: 'copy',
    difference: /got_(invalid|missing|no_folder|fetch_failed)\.(?!failed)\w+(\[\d\])?: ours/,
    why: 'why something failed is told in our own words, without a traceback',
  },
  {
    theme: 'copy',
    difference: /got_remote(_tree)?\.(checksum|md5sum): ours undefined/,
    why: 'of what stays on the host no MD5 is computed',
  },
  {
    theme: 'file',
    difference: /got_(directory_link|refused)\.src: ours undefined/,
    why: 'a failure tells why, not the parameters',
  },
  {
    theme: 'file',
    difference: /got_dangling\.warnings: ours undefined/,
    why: 'nobody asked for attributes of the link',
  },
  {
    theme: 'file',
    difference: /got_(followed|not_followed|mode)\.(mode|path|size|state|dest|src): ours/,
    why: 'after a change through a link ours tells the file, Ansible the link; where no state is given it is told as `path`',
  },
];
