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
  test('questions beyond the host are asked again after any change', () => {
    const { here, there } = hosts();
    here.learn(page, 'root', said);
    there.forget();

    expect(here.of(page, 'root')).toEqual({ is: 'asks', questions: [page] });
  });

  test('an answer known in advance is available at once, and after every change', () => {
    const { here } = hosts();
    here.forget();

    expect(here.of(nothing(), 'root')).toEqual({ is: 'answer', answer: { ok: true, value: undefined } });
  });

  test('a change on one host does not affect answers about another', () => {
    const { here, there } = hosts();
    const own = shell(sh`cat /x`);
    here.learn(own, 'root', said);
    there.forget();
    there.foresee('start x', undefined);

    expect(here.of(own, 'root')).toEqual({ is: 'answer', answer: said });
  });

  test('a foreseen change unsettles its host, and questions beyond the host on all hosts', () => {
    const { here, there } = hosts();
    there.foresee('start x', [blurs('unit:x')]);

    expect(there.uncertainBecauseOf(false)).toEqual(['start x']);
    expect(here.uncertainBecauseOf(true)).toEqual(['start x']);
    expect(here.uncertainBecauseOf(false)).toEqual([]);
  });

  test('a change without effects unsettles nothing', () => {
    const { here, there } = hosts();
    there.foresee('verify', []);

    expect([here.uncertainBecauseOf(true), there.uncertainBecauseOf(true)]).toEqual([[], []]);
  });

  test('a unit that rereads its configuration leaves the configuration unchanged', () => {
    const { here } = hosts();
    here.foresee('nginx runs with its current configuration', [
      predicts(freshness('nginx', 'system', ['/etc/nginx']), { missing: [] }),
    ]);

    expect(here.blurredBy('path:/etc/nginx/sites-enabled')).toBeUndefined();
    expect(here.blurredBy('unit:nginx.service')).toBe('nginx runs with its current configuration');
  });
});

function hosts() {
  const world: World = { changes: 0 };
  return { here: new Beliefs(world), there: new Beliefs(world) };
}
