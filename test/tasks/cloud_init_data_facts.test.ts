import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import cloudInitDataFacts from '../../tasks/cloud_init_data_facts.ts';
import { planOn, runHere } from './harness.ts';

const file = (text: string) => ({ bytes: Buffer.from(text), resolved: undefined });

describe('cloud_init_data_facts', () => {
  test('tells what cloud-init wrote', () => {
    const facts = {
      cloud_init_data_facts: { result: {}, status: { v1: { datasource: 'DataSourceNone', stage: null } } },
    };
    const state = { result: file(''), status: file(JSON.stringify(facts.cloud_init_data_facts.status)) };
    expect(planOn(cloudInitDataFacts, state, {})).toEqual({ changes: [], result: { ...facts, ansible_facts: facts } });
  });

  test('a file that is only half there is an error', () => {
    expect(planOn(cloudInitDataFacts, { status: file('{"v1"') }, { filter: 'status' })).toEqual({
      failed: '/var/lib/cloud/data/status.json is not JSON',
    });
  });

  test.skipIf(existsSync('/var/lib/cloud'))('without cloud-init, there is nothing', async () => {
    for (const [args, told] of [
      [{}, { result: {}, status: {} }],
      [{ filter: 'result' }, { result: {} }],
    ] as const) {
      const ended = await runHere(cloudInitDataFacts, args);
      expect('result' in ended && ended.result).toEqual({
        cloud_init_data_facts: told,
        ansible_facts: { cloud_init_data_facts: told },
      });
    }
  });
});
