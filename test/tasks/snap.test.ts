import { describe, expect, test } from 'vitest';
import snap from '../../tasks/snap.ts';
import snapAlias from '../../tasks/snap_alias.ts';
import { changesOn, commandsOn, planOn, runHere } from './harness.ts';
import { outcomeOf } from './outcome.ts';

const answer = (stdout: string, code = 0) => ({ code, stdout, stderr: '', timedOut: false });

/** What snapd told for two snaps, one of them disabled. */
const installed = answer(
  'lxd       5.0.3  2702  5.0/stable  canonical**  -\n{\t"criu": {\t"enable": true\t} }\nlab-tool  1  x1  -  -  disabled,classic\n{}\n',
);

const state = { files: undefined, snaps: installed };
const aliases = {
  aliases: answer('Command         Alias  Notes\nlab-tool.other  o2     manual\nlab-tool        off    disabled\n'),
};

describe('snap', () => {
  test('compares with what snapd tells', () => {
    expect(changesOn(snap, state, { name: ['lxd', 'certbot', 'core20'] })).toEqual([
      'snap certbot: absent → present',
      'snap core20: absent → present',
    ]);
    expect(commandsOn(snap, state, { name: ['lxd', 'certbot', 'core20'] })).toEqual([
      'LC_ALL=C snap install certbot core20 </dev/null',
    ]);
    expect(changesOn(snap, state, { name: 'lxd', channel: '5.0/stable' })).toEqual([]);
    expect(changesOn(snap, state, { name: 'lxd', channel: 'edge' })).toEqual(['snap lxd: 5.0/stable → latest/edge']);
    expect(changesOn(snap, state, { name: 'lxd', options: ['criu.enable=true', 'lxd:x.y=z=1', 'other:a=1'] })).toEqual([
      'option lxd:x.y: absent → z=1',
    ]);
    expect(changesOn(snap, state, { name: ['lxd', 'lab-tool'], state: 'enabled' })).toEqual([
      'snap lab-tool: disabled → enabled',
    ]);
    expect(commandsOn(snap, state, { name: 'new', classic: true, channel: 'edge' })).toEqual([
      "LC_ALL=C snap install --classic '--channel=edge' new </dev/null",
    ]);
    expect(commandsOn(snap, state, { name: ['new', 'other'], devmode: true })).toEqual([
      'LC_ALL=C snap install --devmode new other </dev/null',
    ]);
  });

  test('compares aliases', () => {
    expect(changesOn(snapAlias, aliases, { name: 'lab-tool.other', alias: ['o2', 'o3'] })).toEqual([
      'alias o3: absent → lab-tool.other',
    ]);
    expect(changesOn(snapAlias, aliases, { name: 'lab-tool', state: 'absent' })).toEqual([
      'alias o2: lab-tool.other → absent',
    ]);
    expect(changesOn(snapAlias, { aliases: answer('') }, { alias: 'o2', state: 'absent' })).toEqual([]);
  });

  test('says what is wrong', async () => {
    expect(planOn(snap, state, { name: 'none', state: 'disabled' })).toEqual({ failed: 'snap none is not installed' });
    expect(planOn(snap, state, { name: ['a', 'b'], channel: 'edge' })).toEqual({
      failed: 'channel and classic can only be specified for a single snap',
    });
    expect(planOn(snap, state, { name: 'lxd', options: ['nonsense'] })).toEqual({
      failed: "option 'nonsense' has an invalid format: it must be key=value or snap:key=value",
    });
    for (const [type, args] of [
      [snap, { name: 'lxd' }],
      [snapAlias, { name: 'lxd', alias: 'c' }],
    ] as const)
      expect(outcomeOf(await runHere(type, args))).toEqual([
        'failed',
        'snap is missing on the host: install the snapd package',
      ]);
  });
});
