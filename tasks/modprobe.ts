import {
  type Change,
  defineTask,
  optionWords,
  predicts,
  script,
  sh,
  shell,
  shellAnswer,
  writeFile,
} from '../src/sdk.ts';

export default defineTask({
  name: 'community.general.modprobe',
  summary: 'Load or unload a kernel module.',
  params: {
    name: { type: 'str', required: true, doc: 'The module.' },
    params: { type: 'str', default: '', doc: 'Parameters for the module.' },
    state: { type: 'str', default: 'present', choices: ['absent', 'present'], doc: 'Whether the module is loaded.' },
    persistent: {
      type: 'str',
      default: 'disabled',
      choices: ['disabled', 'absent', 'present'],
      doc: 'Whether the module is loaded at every boot.',
    },
  },
  ask: ({ name, params }) => ({ module: moduleState(name, params) }),
  plan({ module: { stdout } }, { name, params, state, persistent }) {
    const { loaded, kept, options } = readState(stdout);
    const after = (more: object) => [
      predicts(moduleState(name, params), shellAnswer(writeState({ loaded, kept, options, ...more }))),
    ];
    const load: Change = {
      what: `module ${name}`,
      from: loaded ? 'loaded' : null,
      to: state === 'present' ? 'loaded' : null,
      commands: [state === 'present' ? sh`modprobe ${[name, ...optionWords(params)]}` : sh`modprobe -r ${name}`],
      effects: after({ loaded: state === 'present' }),
    };
    const wanted = persistent === 'present';
    const keep: Change = {
      what: `module ${name} at boot`,
      from: kept ? 'loaded' : null,
      to: wanted ? 'loaded' : null,
      commands: wanted
        ? [
            writeFile({ path: `/etc/modules-load.d/${name}.conf`, content: `${name}\n`, mode: 0o644 }),
            ...(params === ''
              ? []
              : [
                  writeFile({
                    path: `/etc/modprobe.d/${name}.conf`,
                    content: `options ${name} ${params}\n`,
                    mode: 0o644,
                  }),
                ]),
          ]
        : [
            sh`for f in /etc/modules /etc/modules-load.d/*.conf; do [ -f "$f" ] || continue; sed -i ${`s/^\\(\\s*${name}\\s*\\)$/#\\1/`} "$f" || exit; done`,
          ],
      effects: after({ kept: wanted, options: true }),
    };
    const differs = persistent !== 'disabled' && (kept !== wanted || (wanted && !options));
    return { changes: [...(loaded === (state === 'present') ? [] : [load]), ...(differs ? [keep] : [])] };
  },
  result: ({ params: { name, params, state } }) => ({ name, params, state }),
  retire: ({ name, params, state, persistent }) => [
    {
      name: `kernel module ${name}`,
      ...(state === 'present' && {
        absence: { args: { name, params, state: 'absent', ...(persistent === 'present' && { persistent: 'absent' }) } },
      }),
    },
  ],
  returns: { name: 'The module.', state: 'The `state` parameter.', params: "The module's parameters." },
  examples: [
    {
      title: 'Load a module now and at every boot',
      yaml: 'modprobe:\n  name: br_netfilter\n  persistent: present',
      runs: { no: "test hosts share the machine's kernel" },
    },
  ],
});

interface State {
  readonly loaded: boolean;
  readonly kept: boolean;
  readonly options: boolean;
}

/** Asks about a module; modules built into the kernel always count as loaded. */
function moduleState(name: string, params: string) {
  const plain = name.replaceAll('-', '_');
  const options =
    params === ''
      ? script`echo yes`
      : script`grep -hqsx ${`options ${name} ${params}`} /etc/modprobe.d/*.conf && echo yes || echo no`;
  return shell({
    ...sh`{ [ -d ${`/sys/module/${plain}`} ] || grep -qs ${`/${plain}\\.ko`} "/lib/modules/$(uname -r)/modules.builtin"; } && echo yes || echo no
grep -hqsx ${`[[:space:]]*${name}[[:space:]]*`} /etc/modules /etc/modules-load.d/*.conf && echo yes || echo no
${options}`,
    about: [`module:${name}`, 'entry:/etc/modules', 'entry:/etc/modules-load.d/*', 'entry:/etc/modprobe.d/*'],
  });
}

const readState = (text: string): State => {
  const [loaded, kept, options] = text.split('\n').map((line) => line === 'yes');
  return { loaded: loaded === true, kept: kept === true, options: options === true };
};
const writeState = ({ loaded, kept, options }: State): string =>
  [loaded, kept, options].map((one) => (one ? 'yes' : 'no')).join('\n');
