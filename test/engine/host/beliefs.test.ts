import { describe, expect, test } from 'vitest';
import { blurs, predicts } from '../../../src/core/change.ts';
import { sh } from '../../../src/core/command.ts';
import { nothing } from '../../../src/core/questions/nothing.ts';
import { freshness } from '../../../src/core/questions/services/freshness.ts';
import { shell } from '../../../src/core/questions/shell.ts';
import { Beliefs, type World } from '../../../src/engine/host/beliefs.ts';

const page = shell(sh`curl http://other/`, { beyond: true });
const said = { ok: true, value: 'yes' } as const;

describe('beliefs', () => {
  test('what was asked of the world beyond is asked again after a change anywhere', () => {
    const { here, there } = hosts();
    here.learn(page, 'root', said);
    there.forget();

    expect(here.of(page, 'root')).toEqual({ is: 'asks', questions: [page] });
  });

  test('what need not be asked is known before anybody was asked, and after every change', () => {
    const { here } = hosts();
    here.forget();

    expect(here.of(nothing(), 'root')).toEqual({ is: 'answer', answer: { ok: true, value: undefined } });
  });

  test('what only a host knows is nothing that another changes', () => {
    const { here, there } = hosts();
    const own = shell(sh`cat /x`);
    here.learn(own, 'root', said);
    there.forget();
    there.foresee('start x', undefined);

    expect(here.of(own, 'root')).toEqual({ is: 'answer', answer: said });
  });

  test('a foreseen change unsettles its host, and for what lies beyond a host every other', () => {
    const { here, there } = hosts();
    there.foresee('start x', [blurs('unit:x')]);

    expect(there.uncertainBecauseOf(false)).toBe('start x');
    expect(here.uncertainBecauseOf(true)).toBe('start x');
    expect(here.uncertainBecauseOf(false)).toBeUndefined();
  });

  test('a difference that nothing follows from unsettles nothing', () => {
    const { here, there } = hosts();
    there.foresee('verify', []);

    expect([here.uncertainBecauseOf(true), there.uncertainBecauseOf(true)]).toEqual([undefined, undefined]);
  });

  test('a unit that will have read its configuration anew leaves the configuration as it is', () => {
    const { here } = hosts();
    here.foresee('nginx runs with its present configuration', [
      predicts(freshness('nginx', 'system', ['/etc/nginx']), { missing: [] }),
    ]);

    expect(here.blurredBy('path:/etc/nginx/sites-enabled')).toBeUndefined();
    expect(here.blurredBy('unit:nginx.service')).toBe('nginx runs with its present configuration');
  });
});

function hosts() {
  const world: World = { changes: 0 };
  return { here: new Beliefs(world), there: new Beliefs(world) };
}
