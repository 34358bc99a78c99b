import {
  type Change,
  defineTask,
  nothing,
  type Params,
  type PathState,
  type Plan,
  predicts,
  type Question,
  type ShellAnswer,
  sh,
  stat,
} from '../src/sdk.ts';
import { askEdit, inTheWay, openEdited, planEdit, thenAskEdit } from './shared/editing/edit-file.ts';
import { askMode } from './shared/selinux/semanage.ts';

const params = {
  state: {
    type: 'str',
    required: true,
    choices: ['disabled', 'enforcing', 'permissive'],
    doc: 'The mode, in the configuration and, as far as possible without a restart, in the kernel.',
  },
  policy: { type: 'str', doc: 'The policy, for example `default`; required unless `state` is `disabled`.' },
  configfile: {
    type: 'str',
    default: '/etc/selinux/config',
    aliases: ['conf', 'file'],
    doc: 'The configuration file.',
  },
  update_kernel_param: {
    type: 'bool',
    default: false,
    doc: "Not possible: it needs `grubby`, which Debian does not have. `selinux-activate` sets the kernel's parameters.",
  },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'ansible.posix.selinux',
  summary: 'Set the mode and the policy of SELinux.',
  description:
    'SELinux is turned on and off only by a restart, which this type does not do: `reboot_required` in its result tells whether one is needed. Until then, SELinux that is to be disabled is permissive.',
  params,
  ask: (task) => ({
    ...askEdit({ path: task.configfile }),
    mode: askMode,
    policy: askPolicy(task),
  }),
  thenAsk: (state, task) => thenAskEdit(state, { path: task.configfile }),
  plan(state, task, context): Plan {
    if (task.update_kernel_param)
      return {
        failed:
          "update_kernel_param needs grubby, which Debian does not have: run `selinux-activate`, or change GRUB's configuration",
      };
    if (task.state !== 'disabled' && (task.policy ?? '') === '')
      return { failed: "Policy is required if state is not 'disabled'" };
    const blocked = inTheWay(
      state,
      { path: task.configfile },
      `Unable to find file ${task.configfile}: install an SELinux policy, for example the package selinux-policy-default`,
    );
    if (blocked !== undefined) return blocked;
    const { text } = openEdited(state);
    const { policy = configured(text, 'SELINUXTYPE') } = task;
    if (policy !== configured(text, 'SELINUXTYPE') && state.policy?.exists === false)
      return { failed: `Policy ${policy} does not exist in /etc/selinux/` };
    const edited = withSetting(withSetting(text, 'SELINUXTYPE', policy), 'SELINUX', task.state);
    const edits = planEdit(state, { path: task.configfile }, { opened: openEdited(state), text: edited }, context, {
      what: task.configfile,
      from: `${configured(text, 'SELINUX')}, policy ${configured(text, 'SELINUXTYPE')}`,
      to: `${task.state}, policy ${policy}`,
    });
    return 'changes' in edits ? { ...edits, changes: [...edits.changes, ...inKernel(state.mode, task)] } : edits;
  },
  result: ({ params: task, before, changes, state }) => {
    const from = modeOf(before.mode);
    const policy = task.policy ?? configured(openEdited(state).text, 'SELINUXTYPE');
    const isOtherPolicy = from !== 'disabled' && policy !== configured(openEdited(before).text, 'SELINUXTYPE');
    return {
      msg: changes.map(({ what, from: was, to }) => `${what}: ${was} → ${to}`).join(', '),
      configfile: task.configfile,
      policy,
      state: task.state,
      reboot_required: (from === 'disabled') !== (task.state === 'disabled') || isOtherPolicy,
    };
  },
  returns: {
    msg: 'What has changed.',
    configfile: 'The configuration file.',
    policy: 'The policy.',
    state: 'The mode.',
    reboot_required: 'Whether a restart is needed.',
  },
  examples: [
    {
      title: 'Let SELinux prevent what the policy forbids',
      yaml: 'selinux:\n  policy: default\n  state: enforcing',
      runs: { no: 'needs SELinux' },
    },
    {
      title: 'Turn SELinux off at the next restart',
      yaml: 'ansible.posix.selinux:\n  state: disabled',
      runs: { no: 'needs SELinux' },
    },
  ],
});

const askPolicy = ({ policy }: Task): Question<PathState | undefined> =>
  policy === undefined || policy === '' ? nothing() : stat(`/etc/selinux/${policy}/policy`);

const setting = (name: string) => new RegExp(`^${name}=(.*)$`, 'm');

const configured = (text: string, name: string): string => setting(name).exec(text)?.[1]?.trim() ?? '';

function withSetting(text: string, name: string, value: string): string {
  if (configured(text, name) === value) return text;
  if (setting(name).test(text)) return text.replace(setting(name), () => `${name}=${value}`);
  return `${text === '' || text.endsWith('\n') ? text : `${text}\n`}${name}=${value}\n`;
}

function modeOf({ stdout }: ShellAnswer): Task['state'] {
  if (stdout.trim() === '') return 'disabled';
  return stdout.trim() === '1' ? 'enforcing' : 'permissive';
}

/** What the running kernel can change: whether SELinux is enforcing, but not whether it is enabled. */
function inKernel(mode: ShellAnswer, { state }: Task): readonly Change[] {
  const from = modeOf(mode);
  const to = state === 'disabled' ? 'permissive' : state;
  if (from === 'disabled' || from === to) return [];
  const value = to === 'enforcing' ? '1' : '0';
  return [
    {
      what: 'SELinux',
      from,
      to,
      commands: [sh`setenforce ${value}`],
      effects: [predicts(askMode, { ...mode, stdout: value })],
    },
  ];
}
