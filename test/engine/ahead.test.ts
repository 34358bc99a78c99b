import fc from 'fast-check';
import { expect, test } from 'vitest';
import { modelHost, runModel } from './model-host.ts';

// Small worlds, so that tasks often touch the same values.
const name = fc.constantFrom('a', 'b', 'c');
const word = fc.constantFrom('0', '1');

const task: fc.Arbitrary<string> = fc.oneof(
  fc.record({ name, is: word }).map(({ name, is }) => `value: {name: ${name}, is: ${is}}\nnotify: tell`),
  fc.record({ name, is: word }).map(({ name, is }) => `act: {name: ${name}, is: ${is}}`),
  fc
    .record({ name, is: word, by: name })
    .map(({ name, is, by }) => `value: {name: ${name}, is: ${is}}\nregister: r_${by}`),
  fc
    .record({ name, by: name })
    .map(
      ({ name, by }) =>
        `value: {name: ${name}, is: "{{ r_${by}.value | default('0', true) if r_${by} is defined else '1' }}"}`,
    ),
  fc
    .record({ name, is: word, by: name })
    .map(({ name, is, by }) => `value: {name: ${name}, is: ${is}}\nwhen: r_${by} is defined and r_${by} is changed`),
  fc.record({ is: word }).map(({ is }) => `value: {name: "{{ item }}", is: ${is}}\nloop: [a, b, c]`),
  fc.record({ name, is: word }).map(({ name, is }) => `value: {name: ${name}, is: ${is}}\nvars: {inventory: x}`),
  name.map((by) => `fail: {msg: no}\nwhen: r_${by} is defined and r_${by} is changed\nignore_errors: true`),
  fc
    .record({ name, is: word })
    .map(({ name, is }) => `block:\n  - fail: {msg: no}\nrescue:\n  - value: {name: ${name}, is: ${is}}`),
);

const world = fc.dictionary(name, word);

test('asking ahead changes neither the effects of a run nor its output', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(task, { minLength: 1, maxLength: 8 }),
      world,
      world,
      fc.boolean(),
      async (tasks, one, two, check) => {
        const text = `- hosts: all\n  gather_facts: false\n  handlers:\n    - {name: tell, act: {name: told, is: 1}}\n  tasks:\n${tasks.map((each) => `    - ${each.replaceAll('\n', '\n      ')}`).join('\n')}\n`;
        const run = async (askAhead: boolean) => {
          const hosts = { h1: modelHost(one), h2: modelHost(two) };
          const { told, exitCode } = await runModel(text, hosts, { askAhead, check });
          return { told: told.toSorted(), exitCode, writes: [hosts.h1.writes, hosts.h2.writes] };
        };

        expect(await run(true)).toEqual(await run(false));
      },
    ),
    { numRuns: 150 },
  );
});

test('the second run of anything that only converges changes nothing, in one round', async () => {
  const converging = fc.array(fc.tuple(name, word), { minLength: 1, maxLength: 3 }).map((pairs) => [...new Map(pairs)]);
  await fc.assert(
    fc.asyncProperty(converging, world, async (pairs, now) => {
      const text = `- hosts: all\n  gather_facts: false\n  tasks:\n${pairs.map(([key, is]) => `    - value: {name: ${key}, is: ${is}}`).join('\n')}\n`;
      const host = modelHost(now);
      const check = await runModel(text, { h: modelHost(now) }, { check: true });
      const first = await runModel(text, { h: host });
      const second = await runModel(text, { h: host });

      expect(check.told).toEqual(first.told);
      expect(second.told.every((line) => line.endsWith(': ok'))).toBe(true);
      expect(second.rounds).toEqual({ h: 1 });
    }),
  );
});

test('what was asked ahead is outdated after a change of the same machine under another name', async () => {
  const machine = modelHost({ x: '0', y: '2' });
  const { told } = await runModel(
    `
- hosts: a
  gather_facts: false
  connection: local
  tasks:
    - {name: looks ahead, value: {name: x, is: 0}}
    - {name: under another name, act: {name: y, is: 1}, delegate_to: localhost}
    - {name: looks again, value: {name: y, is: 2}}`,
    { a: machine, localhost: machine },
  );

  expect(told).toEqual(['a looks ahead: ok', 'a under another name: changed', 'a looks again: changed']);
  expect(machine.writes).toEqual(['y=1', 'y=2']);
});
