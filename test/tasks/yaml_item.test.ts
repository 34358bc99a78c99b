import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import yamlItem from '../../tasks/yaml_item.ts';
import { runHere } from './harness.ts';
import { folder } from './local-host.ts';

// M4: modelled on the configuration of a real Prometheus, where the lists of other jobs look alike.
const config = `scrape_configs:
  - job_name: free
    static_configs:
      - targets:
        # a comment
        - proxy/nginx # ours
        - off/nginx
        labels:
          app: off
    relabel_configs: &relabel
      - regex: x
  - job_name: icmp
    relabel_configs: *relabel
    static_configs:
      - targets:
          - off1|off1.example.org
`;
const targets = 'scrape_configs[job_name=free].static_configs[0].targets';

describe('yaml_item', () => {
  test('M4: the item is added to the named list, and everything else stays as written', async () => {
    using dir = folder();
    writeFileSync(dir.at('f'), config);

    const ran = await runHere(yamlItem, { path: dir.at('f'), list: targets, item: 'off1-proxy/nginx' });
    const again = await runHere(yamlItem, { path: dir.at('f'), list: targets, item: 'off1-proxy/nginx' });

    expect(readFileSync(dir.at('f'), 'utf8')).toBe(
      config.replace('        - off/nginx\n', '        - off/nginx\n        - off1-proxy/nginx\n'),
    );
    expect([ran.status, again.status]).toEqual(['changed', 'ok']);
  });

  test.for<[string, string, string, string]>([
    ['a: [x, y] # both\n', 'a', 'z', 'a: [x, y, z] # both\n'],
    ['a:\n- x', 'a', 'z', 'a:\n- x\n- z'],
    ['a:\n- x\nb: 1\n', 'a', 'yes', 'a:\n- x\n- "yes"\nb: 1\n'],
    ['a:\n- "x y"\n', 'a', 'b: c', 'a:\n- "x y"\n- "b: c"\n'],
    ['- a\n- b\n', '', 'c', '- a\n- b\n- c\n'],
    ['a:\n- b: [x]\n- b: [y]\n', 'a[1].b', 'z', 'a:\n- b: [x]\n- b: [y, z]\n'],
  ])('%j, %s, %s', async ([before, list, item, after]) => {
    using dir = folder();
    writeFileSync(dir.at('f'), before);

    const ran = await runHere(yamlItem, { path: dir.at('f'), list, item });

    expect([ran.status, readFileSync(dir.at('f'), 'utf8')]).toEqual(['changed', after]);
  });

  test.for<[string, string, string]>([
    [
      config.replace('job_name: free', 'job_name: paid'),
      targets,
      'scrape_configs has no item with job_name = free; it has paid, icmp',
    ],
    [config.replaceAll('icmp', 'free'), targets, 'scrape_configs has more than one item with job_name = free'],
    ['a: 1\n', 'a', 'a is not a list'],
    ['a: 1\n', 'b', 'the file has no b; it has a'],
    ['a: []\n', 'a', 'the list a in'],
    ['a: [b\n', 'a', ':1:5: this "b" is never closed'],
    // A list that appears in two places: an item added to one would be in both.
    ['a: &l\n- x\nb: *l\n', 'b[3]', 'b has no [3]: it has 1 items'],
  ])('%j: %s fails with "%s", and nothing is written', async ([before, list, why]) => {
    using dir = folder();
    writeFileSync(dir.at('f'), before);

    const ran = await runHere(yamlItem, { path: dir.at('f'), list, item: 'z' });

    expect(ran).toMatchObject({ status: 'failed', message: expect.stringContaining(why) });
    expect(readFileSync(dir.at('f'), 'utf8')).toBe(before);
  });
});
