import { expect, test } from 'vitest';
import { Rig } from './rig.ts';

test('run lint --clone tells what is wrong in a clone, as text and as JSON', async () => {
  using rig = new Rig().write({
    'infra/README.md': 'ln -s /srv/infra/gone /etc/x\n',
    'infra/a.conf': 'password = hunter2\n',
  });

  const text = await rig.run(['lint', '--clone', 'infra', '--deployed-at', '/srv/infra']);
  const json = await rig.run(['lint', '--clone', 'infra', '--deployed-at', '/srv/infra', '--output', 'json']);

  expect([text.code, json.code]).toEqual([2, 2]);
  expect(text.stdout).toContain(
    'infra/README.md:1:1  this command makes a link to /srv/infra/gone, but there is no gone',
  );
  expect(text.stdout).toContain('2 found');
  expect(JSON.parse(json.stdout).findings).toMatchObject([
    { code: 'documented-link', file: 'infra/README.md', line: 1, column: 1 },
    { code: 'secret', file: 'infra/a.conf', line: 1 },
  ]);
  expect(text.stdout + json.stdout).not.toContain('hunter2');
});

test.for([
  [['--clone', 'gone'], 'gone'],
  [['--clone', '.', '--deployed-at', 'opt'], 'expected an absolute path, got "opt"'],
  [['--deployed-at', '/opt'], 'give --clone, too'],
  [['--clone', '.', 'play.yaml'], '--clone takes no playbooks: "play.yaml"'],
] as const)('run lint %j is a mistake', async ([argv, said]) => {
  using rig = new Rig().write({ 'play.yaml': '[]\n' });

  const { code, stdout, stderr } = await rig.run(['lint', ...argv]);

  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain(said);
});
