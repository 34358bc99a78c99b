import { type Change, defineTask, predicts, type ShellAnswer, sh, shell, writeFile } from '../src/sdk.ts';

export default defineTask({
  name: 'community.general.timezone',
  summary: 'Set the time zone.',
  params: {
    name: { type: 'str', doc: 'The time zone, for example `Europe/Paris`.' },
    hwclock: {
      type: 'str',
      choices: ['local', 'UTC'],
      aliases: ['rtc'],
      doc: 'Whether the hardware clock keeps UTC or local time.',
    },
  },
  rules: { requiredOneOf: [['hwclock', 'name']] },
  ask: ({ name }) => ({ zone: zoneOf(name ?? ''), clock }),
  plan({ zone, clock: adjtime }, { name, hwclock }) {
    const [known, link = '', file = ''] = zone.stdout.split('\n');
    if (name !== undefined && known !== 'yes') return { failed: `there is no time zone ${name} on this host` };
    const now = zoneIn(link);
    const set: Change = {
      what: 'time zone',
      from: now || null,
      to: name ?? '',
      commands: [
        sh`ln -sfn -- ${`/usr/share/zoneinfo/${name}`} /etc/localtime`,
        writeFile({ path: '/etc/timezone', content: `${name}\n`, mode: 0o644 }),
      ],
      effects: [predicts(zoneOf(name ?? ''), { ...zone, stdout: `yes\n/usr/share/zoneinfo/${name}\n${name}\n` })],
    };
    const shows = shownBy(adjtime);
    const hardware: Change = {
      what: 'hardware clock',
      from: shows,
      to: hwclock ?? '',
      commands: [sh`timedatectl set-local-rtc ${hwclock === 'local' ? 1 : 0}`],
      effects: [predicts(clock, { ...adjtime, stdout: hwclock === 'local' ? 'LOCAL\n' : 'UTC\n' })],
    };
    const differs = name !== undefined && (now !== name || (file !== '' && file !== name));
    return { changes: [...(differs ? [set] : []), ...(hwclock === undefined || hwclock === shows ? [] : [hardware])] };
  },
  result({ before, params: { name, hwclock } }) {
    const was = zoneIn(before.zone.stdout.split('\n')[1] ?? '') || 'n/a';
    return {
      diff: {
        before: {
          ...(name !== undefined && { name: was }),
          ...(hwclock !== undefined && { hwclock: shownBy(before.clock) }),
        },
        after: { ...(name !== undefined && { name }), ...(hwclock !== undefined && { hwclock }) },
      },
    };
  },
  returns: { diff: 'the settings before and after' },
  examples: [{ title: 'Set a time zone', yaml: 'timezone:\n  name: Etc/UTC' }],
});

/** The zone named by a link to its data; empty if there is no link. */
const zoneIn = (link: string): string => link.replace(/^.*\/zoneinfo\//, '');

/** The time that the hardware clock keeps, according to /etc/adjtime. */
const shownBy = (adjtime: ShellAnswer): 'local' | 'UTC' => (/^LOCAL$/m.test(adjtime.stdout) ? 'local' : 'UTC');

const zoneOf = (name: string) =>
  shell({
    ...sh`[ -f ${`/usr/share/zoneinfo/${name}`} ] && echo yes || echo no; readlink /etc/localtime || echo; cat /etc/timezone 2>/dev/null`,
    about: ['entry:/etc/localtime', 'entry:/etc/timezone', 'by:package:tzdata'],
  });

const clock = shell({ ...sh`cat /etc/adjtime 2>/dev/null; :`, about: ['entry:/etc/adjtime'] });
