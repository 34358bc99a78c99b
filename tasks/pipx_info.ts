import { defineTask } from '../src/sdk.ts';
import { applicationName, askApplications, readApplications, unlisted } from './shared/packages/pipx-state.ts';

export default defineTask({
  name: 'community.general.pipx_info',
  summary: 'Get the Python applications that pipx has installed.',
  description: 'The applications of the user who runs the task. It changes nothing.',
  params: {
    name: { type: 'str', doc: 'Only this application.' },
    include_deps: {
      type: 'bool',
      default: false,
      doc: 'Also return what each application depends on that provides programs.',
    },
    include_injected: { type: 'bool', default: false, doc: 'Also return the packages that were injected.' },
    include_raw: {
      type: 'bool',
      default: false,
      ignored: 'pipx, which writes a log whenever it is called, is not called',
    },
    executable: { type: 'path', doc: 'The pipx program to use.' },
  },
  ask: ({ executable = 'pipx' }, { environment }) => ({ now: askApplications(executable, environment) }),
  plan({ now }, { name, executable = 'pipx', include_injected, include_deps }) {
    const unknown = unlisted(now, executable);
    if (unknown !== undefined) return { failed: unknown };
    const found = readApplications(now).filter((one) => name === undefined || one.name === applicationName(name));
    const application = found.map((one) => ({
      name: one.name,
      version: one.version,
      ...(include_deps && { dependencies: one.dependencies }),
      ...(include_injected && { injected: one.injected }),
    }));
    return { changes: [], result: { application } };
  },
  returns: {
    application: 'The applications, each with its name, its version and, if wanted, `dependencies` and `injected`.',
  },
  examples: [
    {
      title: 'Get all applications',
      yaml: 'pipx_info:\n  include_injected: true\nregister: applications',
      runs: { no: 'needs the pipx package' },
    },
    {
      title: 'Get the version of an application',
      yaml: 'pipx_info:\n  name: tox\nregister: tox',
      runs: { no: 'needs the pipx package' },
    },
  ],
});
