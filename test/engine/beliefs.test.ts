import { describe, expect, test } from 'vitest';
import { blurs } from '../../src/core/change.ts';
import { shell } from '../../src/core/questions/shell.ts';
import { Beliefs, type World } from '../../src/engine/beliefs.ts';

const page = shell({ script: 'curl http://other/' }, { beyond: true });
const unit = shell({ script: 'systemctl show x', about: ['unit:x'] }, { beyond: true });
const said = { ok: true, value: 'yes' } as const;

describe('beliefs', () => {
  test('what is asked of all the world is unknown once a change is foreseen on another host', () => {
    const { here, there } = hosts();
    here.learn(page, 'root', said);
    there.foresee('start x', [blurs('unit:x')]);

    expect(here.of(page, 'root')).toEqual({ is: 'unknown', because: 'start x' });
  });

  test('what says what it is about is not', () => {
    const { here, there } = hosts();
    here.learn(unit, 'root', said);
    there.foresee('start x', [blurs('unit:x')]);

    expect(here.of(unit, 'root')).toEqual({ is: 'answer', answer: said });
  });

  test('a difference that nothing follows from leaves all as it is', () => {
    const { here, there } = hosts();
    here.learn(page, 'root', said);
    there.foresee('verify', []);

    expect(here.of(page, 'root')).toEqual({ is: 'answer', answer: said });
  });

  test('what only a host knows is nothing that another changes', () => {
    const { here, there } = hosts();
    const own = shell({ script: 'cat /x' });
    here.learn(own, 'root', said);
    there.foresee('start x', undefined);

    expect(here.of(own, 'root')).toEqual({ is: 'answer', answer: said });
  });
});

function hosts() {
  const world: World = { changes: 0 };
  return { here: new Beliefs(world), there: new Beliefs(world) };
}
