import { describe, expect, test } from 'vitest';
import setup from '../../tasks/setup.ts';
import { planOn } from './harness.ts';

const facts = {
  ansible_system: 'Linux',
  ansible_interfaces: ['eth-0'],
  ansible_eth_0: {},
  ansible_default_ipv4: {},
  ansible_memtotal_mb: 1,
  ansible_local: {},
  ansible_virtualization_type: 'NA',
  gather_subset: ['all'],
  module_setup: true,
};

const gathered = (args: object): readonly string[] => {
  const plan = planOn(setup, { facts }, args as Record<string, unknown>) as unknown as {
    result: { ansible_facts: object };
  };
  return Object.keys(plan.result.ansible_facts).filter((name) => name.startsWith('ansible_'));
};

describe('setup', () => {
  test.for([
    [{}, Object.keys(facts).slice(0, 7)],
    [{ gather_subset: ['!all'] }, ['ansible_system', 'ansible_local']],
    [{ gather_subset: ['hardware'] }, ['ansible_system', 'ansible_memtotal_mb', 'ansible_local']],
    // An exclusion alone adds nothing to the minimum.
    [{ gather_subset: ['!hardware'] }, ['ansible_system', 'ansible_local']],
    [{ gather_subset: ['!all', '!min', 'local'] }, ['ansible_local']],
    // What a subset needs comes with it.
    [
      { gather_subset: ['!all', '!min', 'interfaces'] },
      ['ansible_system', 'ansible_interfaces', 'ansible_eth_0', 'ansible_default_ipv4'],
    ],
    [
      { gather_subset: ['all', '!network', '!min'] },
      ['ansible_system', 'ansible_memtotal_mb', 'ansible_virtualization_type'],
    ],
    [{ gather_subset: ['!min'] }, []],
    [{ filter: ['ansible_mem*'] }, ['ansible_memtotal_mb']],
    [{ filter: ['system', 'local'] }, ['ansible_system', 'ansible_local']],
  ] as const)('with %j gathers %j', ([args, names]) => {
    expect(gathered(args)).toEqual(names);
  });

  test('rejects an unknown subset', () => {
    expect(planOn(setup, { facts }, { gather_subset: ['netwrok'] })).toMatchObject({
      failed: expect.stringContaining("Bad subset 'netwrok'"),
    });
  });
});
