import { describe, expect, test } from 'vitest';
import { selectedByTags } from '../../src/language/tags.ts';

describe('selectedByTags', () => {
  // tags of the task, --tags, --skip-tags, whether it runs: as decided by ansible-playbook 2.14
  test.for<[string[], string[], string[], boolean]>([
    [[], [], [], true],
    [['a'], [], [], true],
    [['never'], [], [], false],
    [['never', 'a'], ['a'], [], true],
    [['never'], ['all'], [], false],
    [['never'], ['never'], [], true],
    [['always'], ['b'], [], true],
    [['a'], ['b'], [], false],
    [['a'], ['a', 'b'], [], true],
    [[], ['untagged'], [], true],
    [['a'], ['untagged'], [], false],
    [['a'], ['tagged'], [], true],
    [[], ['tagged'], [], false],
    [['never', 'a'], ['tagged'], [], false],
    [['a'], ['all'], ['a'], false],
    [['a'], [], ['b'], true],
    [['always'], [], ['always'], false],
    [['always'], [], ['all'], true],
    [['always'], [], ['all', 'always'], false],
    [['a'], [], ['all'], false],
    [['a'], [], ['tagged'], false],
    [[], [], ['tagged'], true],
    [[], [], ['untagged'], false],
    [['a'], ['a'], ['a'], false],
  ])('%j with --tags %j --skip-tags %j: %s', ([tags, only, skip, runs]) => {
    expect(selectedByTags(tags, { only, skip })).toBe(runs);
  });
});
