import {
  blurs,
  type Change,
  type Command,
  defineTask,
  joined,
  predicts,
  type Script,
  script,
  sh,
  shell,
  writeFile,
} from '../src/sdk.ts';
import { fetchLists } from './shared/apt/apt-get.ts';
import { activeLines, fileFor, plainSource, sourcesOf, withoutLine } from './shared/apt/apt-sources.ts';

export default defineTask({
  name: 'ansible.builtin.apt_repository',
  summary: 'Add or remove an apt source in one-line format.',
  params: {
    repo: {
      type: 'str',
      required: true,
      secret: 'password in URL',
      doc: 'The source line: `deb [options] URL suite components`.',
    },
    state: {
      type: 'str',
      default: 'present',
      choices: ['absent', 'present'],
      doc: 'Whether the source should be present.',
    },
    filename: {
      type: 'str',
      doc: 'The file in sources.list.d, without its extension (default: derived from the URL).',
    },
    mode: { type: 'mode', default: '0644', doc: 'The mode of the file.' },
    update_cache: {
      type: 'bool',
      default: true,
      aliases: ['update-cache'],
      doc: 'Fetch package lists if the source changed.',
    },
    update_cache_retries: { type: 'int', default: 5, doc: 'How many times to try to fetch the package lists.' },
    update_cache_retry_max_delay: { type: 'int', default: 12, doc: 'The longest wait between attempts, in seconds.' },
    codename: { type: 'str', ignored: 'it only applies to PPAs' },
    install_python_apt: { type: 'bool', default: true, ignored: 'no Python is needed' },
    validate_certs: { type: 'bool', default: true, ignored: 'it only applies to PPAs' },
  },
  ask: () => ({ sources: allSources }),
  plan(
    { sources: answer },
    { repo, state, filename, mode, update_cache, update_cache_retries, update_cache_retry_max_delay },
  ) {
    if (repo.startsWith('ppa:'))
      return { failed: 'PPAs are for Ubuntu: give the sources.list line instead, and fetch the key with get_url' };
    if (!/^\s*deb(-src)?\s/.test(repo)) return { failed: `not a valid package source: ${repo}` };
    const files = sourcesOf(answer.stdout);
    const line = repo.trim().split(/\s+/).join(' ');
    const wanted = plainSource(line);
    const having = [...files].filter(([, text]) => activeLines(text).includes(wanted));
    if (having.length > 0 === (state === 'present')) return { changes: [] };
    const path = fileFor(repo, filename);
    const edited =
      state === 'present'
        ? ([[path, withLine(files.get(path) ?? '', line)]] as const)
        : having.map(([name, text]) => [name, withoutLine(text, wanted)] as const);
    const after = new Map([...files, ...edited]);
    const back = joined(
      edited.map(([name]) => puttingBack(name, files.get(name))),
      script`
`,
    );
    const fetch = update_cache ? [orElse(fetchLists(update_cache_retries, update_cache_retry_max_delay), back)] : [];
    const change: Change = {
      what: `package source ${wanted}`,
      from: state === 'present' ? null : having.map(([name]) => name).join(', '),
      to: state === 'present' ? path : null,
      commands: [
        ...edited.map(([name, text]) =>
          text.trim() === '' && name !== '/etc/apt/sources.list'
            ? sh`rm -f -- ${name}`
            : writeFile({ path: name, content: text, ...(files.has(name) ? {} : { mode: Number.parseInt(mode, 8) }) }),
        ),
        ...fetch,
      ],
      effects: [
        predicts(allSources, { ...answer, stdout: [...after].map(([name, text]) => `\x1e${name}\n${text}`).join('') }),
        blurs('apt:lists', ...edited.map(([name]) => `entry:${name}`)),
      ],
    };
    return { changes: [change] };
  },
  result: ({ params: { repo, state } }) => ({ repo, state }),
  retire: ({ repo, state, update_cache }) => [
    {
      name: `apt source ${plainSource(repo.trim().split(/\s+/).join(' '))}`,
      ...(state === 'present' && { absence: { args: { repo, update_cache, state: 'absent' } } }),
    },
  ],
  returns: { repo: 'The source line.', state: 'The `state` parameter.' },
  examples: [
    {
      title: 'Add a suite',
      yaml: 'apt_repository:\n  repo: deb http://deb.debian.org/debian bookworm-backports main\n  filename: backports\n  update_cache: false',
    },
  ],
});

const withLine = (text: string, line: string): string =>
  `${text === '' || text.endsWith('\n') ? text : `${text}\n`}${line}\n`;

/**
 * Restores a file if apt rejects the new one. apt reads all sources, so a single bad file would prevent every
 * installation on the host.
 */
const puttingBack = (path: string, text: string | undefined): Script =>
  text === undefined ? script`rm -f -- ${path}` : script`printf %s ${text} >${path}`;

const orElse = (command: Command, back: Script): Command => ({
  ...command,
  ...sh`(
${command}
) || { code=$?
${back}
exit $code; }`,
  shown: command.shown ?? command.script,
});

const allSources = shell({
  ...sh`for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do [ -f "$f" ] && { printf '\036%s\n' "$f"; cat -- "$f"; }; done; :`,
  about: ['entry:/etc/apt/sources.list', 'entry:/etc/apt/sources.list.d/*', 'path:/etc/apt/sources.list.d'],
});
