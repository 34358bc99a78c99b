import {
  type Change,
  type Command,
  content,
  decodeText,
  defineTask,
  joined,
  predicts,
  script,
  sh,
  shell,
  shellAnswer,
  upTo,
} from '../src/sdk.ts';
import { eachByState } from './shared/retire/by-state.ts';

export default defineTask({
  name: 'community.general.locale_gen',
  summary: 'Generate or remove locales.',
  params: {
    name: { type: 'list', elements: 'str', required: true, doc: 'The locales, for example `fr_FR.UTF-8`.' },
    state: {
      type: 'str',
      default: 'present',
      choices: ['absent', 'present'],
      doc: 'Whether the locales should be present.',
    },
  },
  ask: ({ name }) => ({ generated, list: content('/etc/locale.gen'), supported: supported(name) }),
  plan({ generated: { stdout }, list, supported: known }, { name, state }) {
    if (list.bytes === undefined) return { failed: '/etc/locale.gen is missing. Is the locales package installed?' };
    const there = new Set(stdout.split('\n').map(normal));
    const lines = decodeText(list.bytes).split('\n');
    const charsets = new Map(known.stdout.split('\n').map((line) => line.split(' ') as [string, string]));
    const unknown = name.find(
      (one) => state === 'present' && !charsets.has(one) && !lines.some((line) => localeOf(line) === one),
    );
    if (unknown !== undefined)
      return { failed: `The locale you've entered is not available on your system: ${unknown}` };
    const differ = name.filter(
      (one) =>
        (state === 'present') !==
        (there.has(normal(one)) && lines.some((line) => line.trim().startsWith(`${one} `) || line.trim() === one)),
    );
    const all =
      state === 'present'
        ? [...there, ...name.map(normal)]
        : [...there].filter((one) => !name.map(normal).includes(one));
    const changes = differ.map(
      (one): Change => ({
        what: `locale ${one}`,
        from: state === 'present' ? null : 'generated',
        to: state === 'present' ? 'generated' : null,
        commands: [],
        effects: [predicts(generated, shellAnswer(all.join('\n')))],
      }),
    );
    return {
      changes: changes.map((change, index) =>
        index === 0
          ? { ...change, commands: [{ ...edit(differ, state, charsets), long: true, shown: 'locale-gen' }] }
          : change,
      ),
    };
  },
  result: ({ params: { name } }) => ({ name }),
  retire: eachByState('locale', 'name'),
  returns: { name: 'The locales.' },
  examples: [
    {
      title: 'Generate two locales',
      yaml: 'locale_gen:\n  name: [en_US.UTF-8, fr_FR.UTF-8]',
      runs: { no: 'needs the locales package' },
    },
  ],
});

const generated = shell({ ...sh`LC_ALL=C locale -a`, about: ['locale:'] });

const supported = (names: readonly string[]) =>
  shell({
    ...sh`grep -h ${names.flatMap((name) => ['-e', `^${name.replace(/[.[\]*^$\\]/g, '\\$&')} `])} /usr/share/i18n/SUPPORTED /usr/local/share/i18n/SUPPORTED 2>/dev/null; :`,
    about: ['by:package:locales'],
  });

/** `locale -a` prints fr_FR.UTF-8 as fr_FR.utf8. */
const normal = (name: string): string =>
  name.replace(/\.([A-Za-z0-9-]+)/, (_, charset: string) => `.${charset.toLowerCase().replaceAll('-', '')}`);

const localeOf = (line: string): string => upTo(line.replace(/^[#\s]*/, ''), /\s/);

/** Comments or uncomments lines as the package's own configuration script does, then generates the listed locales. */
function edit(names: readonly string[], state: string, charsets: ReadonlyMap<string, string>): Command {
  const pattern = (name: string) => name.replace(/[.[\]*^$\\/]/g, '\\$&');
  const lines = names.map((name) => {
    if (state === 'absent')
      return script`sed -i ${`s/^[[:space:]]*\\(${pattern(name)}[[:space:]]\\)/# \\1/`} /etc/locale.gen`;
    const out = script`sed -i ${`s/^[#[:space:]]*\\(${pattern(name)}[[:space:]]\\)/\\1/`} /etc/locale.gen`;
    return script`${out} && { grep -q ${`^${pattern(name)}[[:space:]]`} /etc/locale.gen || printf '%s\n' ${`${name} ${charsets.get(name) ?? 'UTF-8'}`} >>/etc/locale.gen; }`;
  });
  return sh`${joined(lines, script` && `)} && locale-gen`;
}
