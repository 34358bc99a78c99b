import { describe, expect, test } from 'vitest';
import { Overlay } from '../../../src/core/picture/overlay.ts';
import { AskFirst, HostPicture, NotForeseen } from '../../../src/core/picture/picture.ts';
import type { Answer, AnyQuestion } from '../../../src/core/question.ts';
import type { Entry, EntryKind } from '../../../src/core/questions/files/entry.ts';
import type { Unit } from '../../../src/core/questions/services/unit.ts';
import { unit } from '../../../src/core/questions/services/units.ts';
import { encodeText } from '../../../src/core/text-codec.ts';

const missing: Unit = {
  name: 'it.service',
  load: 'not-found',
  active: 'inactive',
  sub: 'dead',
  file: '',
  needsReload: false,
  ends: false,
  canReload: false,
  properties: {},
};
const running: Unit = { ...missing, load: 'loaded', active: 'active', sub: 'running', file: 'enabled' };

const entry = (kind: EntryKind): Entry => ({
  kind,
  mode: 0o644,
  uid: 0,
  gid: 0,
  owner: 'root',
  group: 'root',
  size: 1,
});

const PATH = '/etc/systemd/system/it.service';

/** What a check foretells of a unit after these files have been written; a value that begins with `->` is a link. */
function foretold(files: Readonly<Record<string, string | null>>, now = missing, links = false): Unit {
  const overlay = new Overlay();
  for (const [place, text] of Object.entries(files))
    overlay.become(
      'task',
      text === null
        ? { place, was: 'file', entry: undefined }
        : text.startsWith('->')
          ? { place, was: undefined, entry: entry('link'), target: text.slice(2) }
          : { place, was: undefined, entry: entry('file'), holds: { bytes: encodeText(text) } },
    );
  const asked = unit(now.name);
  const answer = (question: AnyQuestion<unknown>): Answer<unknown> | undefined => {
    if (question.key === asked.key) return { ok: true, value: now };
    return question.key.startsWith('exists') ? { ok: true, value: links && !question.key.includes('.d/') } : undefined;
  };
  return asked.kind.foretell?.(asked.arg, new HostPicture(overlay, answer)) as Unit;
}

const service = (more: string): string => `[Service]\nExecStart=/bin/sleep 1\n${more}`;

describe('a unit whose file a play brings', () => {
  test.each<[string, string, Partial<Unit>]>([
    ['can be enabled', service('[Install]\nWantedBy=multi-user.target\n'), { load: 'loaded', file: 'disabled' }],
    ['is static without [Install]', service(''), { file: 'static' }],
    ['is static if [Install] is taken back', service('[Install]\nWantedBy=a.target\nWantedBy=\n'), { file: 'static' }],
    ['is indirect if it only enables others', service('[Install]\nAlso=b.service\n'), { file: 'indirect' }],
    ['ends', service('Type=oneshot\n'), { ends: true }],
    ['stays', service('Type=oneshot\nRemainAfterExit=yes\n'), { ends: false }],
    ['can be reloaded', service('ExecReload=/bin/true \\\n -x\n'), { canReload: true }],
    ['is not running', service('# a comment\n'), { active: 'inactive', needsReload: false }],
  ])('%s', (_, text, expected) => {
    expect(foretold({ [PATH]: text })).toMatchObject(expected);
  });

  test('is enabled already, if a link of an earlier one is still there', () => {
    expect(foretold({ [PATH]: service('') }, missing, true).file).toBe('enabled');
  });

  test('is enabled by a link that the play makes', () => {
    const wants = '/etc/systemd/system/multi-user.target.wants/it.service';
    expect(foretold({ [PATH]: service(''), [wants]: `->${PATH}` }).file).toBe('enabled');
  });

  test('is linked, if its file is a link', () => {
    expect(foretold({ '/opt/it.service': service(''), [PATH]: '->/opt/it.service' }).file).toBe('linked');
  });

  test('is as its drop-ins say', () => {
    const dropIn = '/etc/systemd/system/it.service.d/a.conf';
    expect(foretold({ [PATH]: service(''), [dropIn]: '[Service]\nType=oneshot\n' }).ends).toBe(true);
  });

  test('still runs, and must be read again, if it ran before', () => {
    expect(foretold({ [PATH]: service('') }, running)).toMatchObject({
      active: 'active',
      file: 'enabled',
      needsReload: true,
    });
  });
});

describe('what a check does not foretell of a unit', () => {
  test.each<[string, Record<string, string | null>, Unit]>([
    ['a mask', { [PATH]: '->/dev/null' }, running],
    ['a mask by an empty file', { [PATH]: '' }, missing],
    ['an alias', { [PATH]: '->other.service' }, missing],
    ['a file without ExecStart', { [PATH]: '[Service]\nType=simple\n' }, missing],
    ['a file without its section', { [PATH]: '[Unit]\nDescription=x\n' }, missing],
    ['a unit that is masked', { [PATH]: service('') }, { ...running, load: 'masked', file: 'masked' }],
    ['a unit whose file goes', { [PATH]: null }, { ...running, properties: { FragmentPath: PATH } }],
  ])('%s', (_, files, now) => {
    expect(() => foretold(files, now)).toThrow(NotForeseen);
  });

  test('what the host has not been asked', () => {
    const overlay = new Overlay();
    overlay.become('task', { place: PATH, was: undefined, entry: entry('file'), holds: { bytes: encodeText('') } });
    const asked = unit('it');
    expect(() => asked.kind.foretell?.(asked.arg, new HostPicture(overlay, () => undefined))).toThrow(AskFirst);
  });
});

test('files elsewhere do not concern a unit', () => {
  expect(foretold({ '/etc/systemd/system/other.service': service('') }, running)).toBe(running);
});
