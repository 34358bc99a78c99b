import { describe, expect, test } from 'vitest';
import { play } from './as-ansible.ts';

// Inline snapshots contain the output of ansible-playbook 2.14: see as-ansible.ts.

const on = async (tasks: string, files: Readonly<Record<string, string>> = {}, ...args: string[]) =>
  (
    await play(
      { ...files, 'play.yml': `- hosts: a\n  gather_facts: false\n  vars: {none: null}\n  tasks:\n${tasks}` },
      ...args,
    )
  )
    .split('\n')
    .filter((line) => / a /.test(line) || line.startsWith('ERROR'))
    .join('\n');

const vaulted = `$ANSIBLE_VAULT;1.1;AES256
66306231356231336366313530333435616565633531663534623935386237333863323331336665
6566333236353564386336646532383764363633333731620a653738356236333366383861326461
39303135633134613631333335353439333465363166666434376535333933323363383161643130
6165663962616565640a373439383865363735363839363935653735383965393337313435666237
65393662646565323436646634386333376265323138343261373739356334383464
`;

/** `x`, with the password `else`. */
const withElse = `$ANSIBLE_VAULT;1.1;AES256
30326464376538653235653162373166353430396263616239343438396563343864383165363235
6538623035353761396435303864353165643761376164630a383330386664633963353631666634
34346531383034613032396265346461343837376430383639613961316131653061393437376465
6639663632636465310a393432663162663835663165373630323265613435396532336262653931
3239
`;

describe('values', () => {
  test('H1: a null variable is null in template files, and hides the value below it', async () => {
    expect(
      await on(
        `
    - {template: {src: n.j2, dest: out}}
    - {name: file, debug: {msg: "{{ lookup('file', 'out') }}"}}
    - {name: lookup, debug: {msg: "{{ lookup('template', 'n.j2', template_vars={'other': none}) }}"}, vars: {other: 1}}`,
        { 'n.j2': "{% if none %}x{% else %}y{% endif %} {{ none }} {{ other | default('undefined') }}" },
      ),
    ).toMatchInlineSnapshot(`
      "template: a changed
      file: a ok "y  undefined"
      lookup: a ok "y  ""
    `);
  });

  test('a tuple in a fact or in a loop is a list', async () => {
    expect(
      await on(`
    - set_fact: {fact: "{{ [1] | zip([2]) }}"}
    - {name: fact, debug: {msg: "{{ fact[0] | type_debug }} {{ fact == [[1, 2]] }}"}}
    - {name: item, debug: {msg: "{{ item | type_debug }}"}, loop: "{{ [1] | zip([2]) }}", loop_control: {label: one}}`),
    ).toMatchInlineSnapshot(`
      "set_fact: a ok
      fact: a ok "list True"
      item: a ok (one) "list""
    `);
  });

  test('a number that a template computes becomes text; that of a variable and those in a list do not', async () => {
    expect(
      await on(
        `
    - name: types
      debug: {msg: "{{ [sum, copied, listed[0], half] | map('type_debug') | join(' ') }}"}
      vars: {one: 1, sum: "{{ one + one }}", copied: "{{ one }}", listed: "{{ [one] }}", half: "{{ 1 / 2 }}"}`,
      ),
    ).toMatchInlineSnapshot(`"types: a ok "str int int str""`);
  });

  test('unvault decrypts an encrypted variable, or text, with its own password', async () => {
    expect(
      await on(`
    - assert: {that: "encrypted | unvault('else') == 'x' and wrapped | unvault('else') == 'x'"}
      vars:
        wrapped: "{{ 'x' | vault('else', wrap_object=true) }}"
        encrypted: !vault |
          ${withElse.trim().replaceAll('\n', '\n          ')}
    - name: class
      debug: {msg: "{{ 'x' | vault('else', wrap_object=true) | type_debug }}"}`),
    ).toMatchInlineSnapshot(`
      "assert: a ok "All assertions passed"
      class: a ok "AnsibleVaultEncryptedUnicode""
    `);
  });

  test('H5: a number after a backslash in k=v arguments refers to a group', async () => {
    expect(
      await on(
        `
    - lineinfile: dest=text regexp='^(abc)=' line='\\1=2' backrefs=yes
    - {name: line, debug: {msg: "{{ lookup('file', 'text') }}"}}
    - replace: path=text regexp='(b)' replace='<\\1>\\x41'
    - {name: replaced, debug: {msg: "{{ lookup('file', 'text') }}"}}
    - set_fact: x="{{ 'foo' | regex_replace('(f)', '\\1-') }}"
    - {name: fact, debug: {msg: "{{ x }}"}}`,
        { text: 'abc=1\n' },
      ),
    ).toMatchInlineSnapshot(`
      "lineinfile: a changed
      line: a ok "abc=2"
      replace: a changed
      replaced: a ok "a<b>Ac=2"
      set_fact: a ok
      fact: a ok "f-oo""
    `);
  });
});

test('a loop over a dictionary takes its keys; with_dict and with_list do not', async () => {
  expect(
    await on(`
    - {name: items, debug: {msg: "{{ item }}"}, with_items: {k: v}}
    - {name: dict, debug: {msg: "{{ item.value }}"}, with_dict: {k: v}, loop_control: {label: x}}
    - {name: list, debug: {}, with_list: {k: v}, ignore_errors: true, register: r}
    - {debug: {msg: "{{ r.msg }}"}}
    - {name: indexed, debug: {}, with_indexed_items: {k: v}, ignore_errors: true, register: r}
    - {debug: {msg: "{{ r.msg }}"}}`),
  ).toMatchInlineSnapshot(`
    "items: a ok (k) "k"
    dict: a ok (x) "v"
    list: a fatal "with_list expects a list" (ignored)
    debug: a ok "with_list expects a list"
    indexed: a fatal "with_indexed_items expects a list" (ignored)
    debug: a ok "with_indexed_items expects a list""
  `);
});

test('debug: var with a template that is undefined fails', async () => {
  expect(await on(`    - {debug: {var: "{{ lookup('vars', 'nope') }}"}, ignore_errors: true}`)).toMatchInlineSnapshot(
    `"debug: a fatal "The task includes an option with an undefined variable. The error was: No variable found with this name: nope. No variable found with this name: nope" (ignored)"`,
  );
});

test('text marked !unsafe is never evaluated as an expression, wherever a variable holds it', async () => {
  expect(
    (
      await on(`    - vars: {one: !unsafe "undef() | mandatory", two: {in: [!unsafe "true"]}, plain: "true"}
      block:
        - {debug: {var: "{{ one }}"}, register: r}
        - {name: shown, debug: {msg: "{{ 'undef' in r | string }}"}}
        - {name: condition, debug: {}, when: "{{ two.in[0] }}", ignore_errors: true}
        - {name: plain, debug: {msg: hi}, when: "{{ plain }}"}`)
    ).replace(/^debug: .*|fatal .*(?= \(ignored)/gm, ''),
  ).toMatchInlineSnapshot(`
    "
    shown: a ok true
    condition: a  (ignored)
    plain: a ok "hi""
  `);
});

test('wait_for lets time pass in its own turn', async () => {
  expect(
    await on(`
    - {name: first, stat: {path: /}}
    - {name: waits, wait_for: {timeout: 1}, register: waited}
    - {name: waited, debug: {msg: "{{ waited.elapsed >= 1 }}"}}`),
  ).toContain('waited: a ok true');
});

test('an omitted keyword counts as absent, an omitted become as the surrounding one', async () => {
  expect(
    await on(`
    - block:
        - {name: own, debug: {msg: "{{ ansible_user }}"}, remote_user: eve}
        - {name: omitted, debug: {msg: "{{ ansible_user | default('nobody') }}"}, remote_user: "{{ omit }}"}
        - {command: whoami, become: "{{ omit }}", become_user: "{{ omit }}", register: r}
        - {name: who, debug: {msg: "{{ r.stdout }}"}}
      remote_user: bob
      become: true
      become_user: games`),
  ).toMatchInlineSnapshot(`
    "own: a ok "eve"
    omitted: a ok "nobody"
    command: a changed
    who: a ok "games""
  `);
});

describe('paths', () => {
  test("H6: ~user is that user's home, ~ the home of the become user (H7)", async () => {
    expect(
      await on(`
    - {name: other, stat: {path: ~root/}, register: r}
    - {debug: {msg: "{{ r.stat.path }}"}}
    - {name: own, stat: {path: '~/'}, register: r, become: true, become_user: games}
    - {debug: {msg: "{{ r.stat.path }}"}}
    - {name: own and other, find: {paths: [~games, ~root]}, register: r}`),
    ).toMatchInlineSnapshot(`
      "other: a ok
      debug: a ok "/root/"
      own: a ok
      debug: a ok "/usr/games/"
      own and other: a ok"
    `);
  });

  test('H11: empty values count as missing', async () => {
    const told = await on(`
    - {name: copy, copy: {src: "{{ empty }}", dest: x}, vars: {empty: ''}, ignore_errors: true}
    - {name: guard, command: {cmd: "true", creates: "", chdir: ""}}
    - {name: null is none, copy: {src: null, content: x, dest: x}}`);
    expect(told.replace(/ "(one of the following is|src \(or content\) is) required.*?"/, '')).toMatchInlineSnapshot(`
      "copy: a fatal (ignored)
      guard: a changed
      null is none: a changed"
    `);
  });
});

test('H4: what is written encrypted is vault_encrypted, also as a fact, and decrypted where it is used', async () => {
  expect(
    await on(
      `
    - set_fact: {fact: !vault "${vaulted.trim().replaceAll('\n', '\\n')}"}
    - {name: fact, debug: {msg: "{{ fact is vault_encrypted }} {{ fact | length }} {{ (fact ~ '') is vault_encrypted }}"}}`,
      { pw: 'secret' },
      '--vault-password-file',
      'pw',
    ),
  ).toMatchInlineSnapshot(`
    "set_fact: a ok
    fact: a ok "True 17 False""
  `);
});

test('H4: vault-encrypted files on the controller are decrypted wherever they are read', async () => {
  expect(
    await on(
      `
    - {copy: {src: folder/, dest: out}}
    - {template: {src: folder/v, dest: out/t}}
    - {assemble: {src: folder, dest: out/assembled, remote_src: false}}
    - {name: written, command: grep -c clear out/v out/t out/assembled, register: r}
    - {debug: {msg: "{{ r.stdout_lines }}"}}
    - {name: lookups, debug: {msg: "{{ [lookup('file', 'folder/v'), lookup('unvault', 'folder/v'), lookup('template', 'folder/v'), lookup('ini', 'a file=folder/ini'), item] | map('length') | join(' ') }}"}, with_file: [folder/ini], loop_control: {label: x}}
    - {copy: {src: folder/v, dest: out/cipher, decrypt: false}}
    - {name: cipher, command: head -c 14 out/cipher, register: r}
    - {debug: {msg: "{{ r.stdout }}"}}`,
      { 'folder/v': vaulted, 'folder/ini': vaulted, pw: 'secret' },
      '--vault-password-file',
      'pw',
    ),
  ).toMatchInlineSnapshot(`
    "copy: a changed
    template: a changed
    assemble: a changed
    written: a changed
    debug: a ok ["out/v:1","out/t:1","out/assembled:2"]
    lookups: a ok (x) "16 17 17 5 16"
    copy: a changed
    cipher: a changed
    debug: a ok "$ANSIBLE_VAULT""
  `);
});

describe('variables', () => {
  test("H9: connection settings have Ansible's variable names, even if only keywords set them", async () => {
    expect(
      await on(`
    - {name: host, debug: {msg: "{{ ansible_host }} {{ ansible_ssh_host }} {{ ansible_user | default('nobody') }}"}}
    - {name: user, debug: {msg: "{{ ansible_user }} {{ ansible_ssh_user }}"}, remote_user: bob}
    - {name: variables win, debug: {msg: "{{ ansible_user }} {{ ansible_ssh_user }}"}, remote_user: bob, vars: {ansible_user: eve}}`),
    ).toMatchInlineSnapshot(`
      "host: a ok "a a nobody"
      user: a ok "bob bob"
      variables win: a ok "eve eve""
    `);
  });

  test('H16: include_vars merges with existing values if requested', async () => {
    expect(
      await on(
        `
    - {set_fact: {config: {kept: 1, deep: {kept: 1, new: 1}}}}
    - {include_vars: {file: a.yml}}
    - {include_vars: {file: b.yml, hash_behaviour: merge}}
    - {name: merged, debug: {msg: "{{ other.kept + 2 }} {{ other.deep.values() | sort }}"}}`,
        { 'a.yml': 'other: {kept: 1, deep: {kept: 1, new: 1}}', 'b.yml': 'other: {deep: {new: 2}}' },
      ),
    ).toMatchInlineSnapshot(`
      "set_fact: a ok
      include_vars: a ok
      include_vars: a ok
      merged: a ok "3 [1, 2]""
    `);
  });

  test('H21: -e accepts templates with spaces, and quotes', async () => {
    expect(
      await on(
        `
    - {name: extra, debug: {msg: "{{ a }} {{ c }}"}}`,
        {},
        '-e',
        'a={{ inventory_hostname }} c="d e"',
      ),
    ).toMatchInlineSnapshot(`"extra: a ok "a d e""`);
  });
});

test('H23: add_host accepts all parameters from a template; H26: changed_when applies to it and to group_by', async () => {
  expect(
    await on(
      `
    - add_host: "{{ all }}"
      vars: {all: {hostname: new, x: one}}
    - {debug: {msg: "{{ hostvars.new.x }}"}}
    - {name: told so, add_host: {name: other}, changed_when: true}
    - {debug: {msg: "{{ 'other' in groups.all }}"}}
    - {name: told not, add_host: {name: third}, changed_when: false}
    - {debug: {msg: "{{ 'third' in groups.all }}"}}
    - {name: group, group_by: {key: of_a}, changed_when: false}
    - {debug: {msg: "{{ groups.of_a }}"}}`,
    ),
  ).toMatchInlineSnapshot(`
    "add_host: a changed
    debug: a ok "one"
    told so: a changed
    debug: a ok true
    told not: a ok
    debug: a ok true
    group: a ok
    debug: a ok ["a"]"
  `);
});

test('the lookup inventory_hostnames sees hosts that a task has added', async () => {
  expect(
    await on(
      `
    - {name: before, debug: {msg: "{{ query('inventory_hostnames', 'all:!a') }}"}}
    - {name: add, add_host: {name: new}}
    - {name: after, debug: {msg: "{{ query('inventory_hostnames', 'all:!a') }}"}}`,
    ),
  ).toMatchInlineSnapshot(`
    "before: a ok ["b","c"]
    add: a changed
    after: a ok ["new","b","c"]"
  `);
});

test('H23: include passes arguments other than the file as variables', async () => {
  expect(
    await on(
      `
    - include: x.yml a=1
    - include: x.yml
      args: {a: 2}`,
      { 'x.yml': '- {debug: {msg: "{{ a }}"}}' },
    ),
  ).toMatchInlineSnapshot(`
    "debug: a ok "1"
    debug: a ok 2"
  `);
});

test('H22: any_errors_fatal applies to an include whose file is missing', async () => {
  // The message of the failure is worded differently.
  const told = await play({
    'play.yml': `- hosts: a,b
  gather_facts: false
  any_errors_fatal: true
  tasks:
    - {include_tasks: missing.yml, when: inventory_hostname == 'b'}
    - {debug: {msg: never}}`,
  });
  expect(told.replace(/ \{"reason".*| "[^"]*missing[^\n]*/, '')).toMatchInlineSnapshot(`
    "play a,b
    include_tasks: a skipping, b fatal
    a: skipped=1
    b: failed=1
    exit 2"
  `);
});

test('H24: an async task that was waited for returns the ID of its job', async () => {
  expect(
    await on(`
    - {command: "true", async: 5, poll: 1, register: r}
    - {debug: {msg: "{{ r.ansible_job_id is match('j[0-9]+') }} {{ r.finished }}"}}`),
  ).toContain('debug: a ok "True 1"');
});

test("H13: first_found searches the task's file directories, not those of variables", async () => {
  expect(
    await on(
      `
    - {include_tasks: "{{ lookup('first_found', ['Debian.yml', 'default.yml']) }}"}
    - {include_vars: "{{ item }}", with_first_found: [Debian.yml]}
    - {name: found, debug: {msg: "{{ found }}"}}`,
      { 'vars/Debian.yml': 'found: variables', 'default.yml': '- {name: default, debug: {msg: tasks}}' },
    ).then((text) => text.replace(/ \(.*\)/g, '')),
  ).toMatchInlineSnapshot(`
    "default: a ok "tasks"
    include_vars: a ok
    found: a ok "variables""
  `);
});

test('H19: throttle also applies to the strategy free', async () => {
  expect(
    await play({
      'play.yml': `- hosts: all
  gather_facts: false
  strategy: free
  tasks: [{name: alone, shell: mkdir lock && sleep 0.2 && rmdir lock, throttle: 1}]`,
    }),
  ).toMatchInlineSnapshot(`
    "play all
    alone: a changed, b changed, c changed
    a: ok=1 changed=1
    b: ok=1 changed=1
    c: ok=1 changed=1
    exit 0"
  `);
});
