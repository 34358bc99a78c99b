import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LiveInventory } from '../../../src/engine/variables/live-inventory.ts';
import { type LoadedInventory, loadInventory } from '../../../src/language/inventory/index.ts';

test('rereading the sources keeps hosts that tasks have added', () => {
  const folder = mkdtempSync(join(tmpdir(), 'retrace-inventory-'));
  const file = join(folder, 'hosts');
  writeFileSync(file, 'one\ntwo\n');
  const loaded = loadInventory([file]) as { value: LoadedInventory };
  let now = loaded.value;
  const live = new LiveInventory(now, (next) => {
    now = next;
  });

  const growth = () => live.growth({ add_host: { name: 'added', groups: ['more'], vars: { a: 1 } } }, 'one');
  expect(growth()?.isNew).toBe(true);
  growth()?.add();
  expect(growth()?.isNew).toBe(false);
  writeFileSync(file, 'two\nthree\n');
  expect(live.refresh()).toEqual([]);
  rmSync(folder, { recursive: true });

  expect([...now.hosts.keys()].sort()).toEqual(['added', 'three', 'two']);
  expect(now.groups.get('more')).toEqual(['added']);
});
