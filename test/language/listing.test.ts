import { describe, expect, test } from 'vitest';
import { type ListingOptions, listPlaybook } from '../../src/language/listing.ts';
import { loadPlaybooks } from '../../src/language/playbook.ts';
import { selectedByTags } from '../../src/language/tags.ts';
import { memoryFiles } from './memory-files.ts';

const site = `
- hosts: all:!b
  name: first
  tags: [p, a]
  roles: [r]
  tasks:
  - debug: msg=1
    tags: [z, b]
  - block:
    - {name: in block, debug: , step: S03}
    rescue:
    - {name: in rescue, debug: }
  - meta: flush_handlers
  - {name: never, debug: , tags: never}
- hosts: [a, b]
`;

const list = (options: Partial<ListingOptions>, only: readonly string[] = []) => {
  const files = memoryFiles({
    '/p/site.yml': site,
    '/p/roles/r/tasks/main.yml': '- {name: n, debug: }\n- include_role: {name: r}\n  name: again\n',
  });
  const loaded = loadPlaybooks(['/p/site.yml'], { files });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return listPlaybook(loaded.value[0]!, { selected: (tags) => selectedByTags(tags, { only, skip: [] }), ...options });
};

describe('listPlaybook', () => {
  test('lists tasks like ansible-playbook --list-tasks, with the step of each task', () => {
    expect(list({ tasks: true })).toBe(`
playbook: /p/site.yml

  play #1 (all:!b): first	TAGS: [a,p]
    tasks:
      r : n	TAGS: [a, p]
      again	TAGS: [a, p]
      debug	TAGS: [a, b, p, z]
      in block	TAGS: [a, p]	STEP: S03
      meta	TAGS: [a, p]

  play #2 (a,b): a,b	TAGS: []
    tasks:
`);
  });

  test('lists tags of the tasks that would run', () => {
    expect(list({ tags: true }, ['z'])).toContain('\n      TASK TAGS: [a, b, p, z]\n');
  });

  test('lists hosts', () => {
    expect(list({ hosts: () => ['a', 'c'] })).toContain(
      "\n    pattern: ['all:!b']\n    hosts (2):\n      a\n      c\n",
    );
  });
});
