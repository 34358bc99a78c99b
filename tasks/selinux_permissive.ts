import { type Change, defineTask, type Plan, type Question, type ShellAnswer, sh, shell } from '../src/sdk.ts';
import { unanswered } from './shared/commands/unanswered.ts';
import { aboutSemanage, readRecords, recordEffects, semanage, semanageTool } from './shared/selinux/semanage.ts';

export default defineTask({
  name: 'community.general.selinux_permissive',
  summary: 'Manage whether SELinux only logs what a domain must not do, instead of preventing it.',
  description:
    'Requires the `policycoreutils-python-utils` package on the host. Whether there is such a domain is found out only when the policy changes, so an unknown one does not fail in a check.',
  params: {
    domain: { type: 'str', required: true, aliases: ['name'], doc: 'The domain, for example `httpd_t`.' },
    permissive: { type: 'bool', required: true, doc: 'Whether the domain is permissive.' },
    no_reload: { type: 'bool', default: false, doc: 'Do not load the changed policy into the kernel.' },
    store: { type: 'str', default: '', doc: 'The policy to change, if it is not the one in use.' },
  },
  ask: ({ store }) => ({ records: askDomains(store) }),
  plan({ records }, { domain, permissive, no_reload, store }): Plan {
    const failure = unanswered(records, semanageTool);
    if (failure !== undefined) return { failed: failure };
    const { all, own } = readRecords(records);
    const lines = [...all, ...own].map((line) => line.trim());
    if (lines.includes(domain) === permissive) return { changes: [] };
    if (!permissive && !own.some((line) => line.trim() === domain))
      return { failed: `${domain} is permissive in the policy itself, which cannot be changed` };
    const others = (of: readonly string[]) => of.filter((line) => line.trim() !== domain);
    const words = [...(store === '' ? [] : ['-S', store]), permissive ? '-a' : '-d', domain];
    const change: Change = {
      what: `SELinux domain ${domain}`,
      from: permissive ? 'enforced' : 'permissive',
      to: permissive ? 'permissive' : 'enforced',
      commands: [semanage('permissive', { reload: !no_reload }, words)],
      effects: recordEffects(askDomains(store), {
        all: permissive ? [...all, domain] : others(all),
        own: permissive ? [...own, domain] : others(own),
      }),
    };
    return { changes: [change] };
  },
  result: ({ params: { store, permissive, domain } }) => ({ store, permissive, domain }),
  returns: {
    store: 'The `store` parameter.',
    permissive: 'The `permissive` parameter.',
    domain: 'The domain.',
  },
  examples: [
    {
      title: 'Find out what a policy would prevent the web server from doing',
      yaml: 'selinux_permissive:\n  name: httpd_t\n  permissive: true',
      runs: { no: 'needs SELinux' },
    },
    {
      title: 'Prevent it',
      yaml: 'community.general.selinux_permissive:\n  name: httpd_t\n  permissive: false',
      runs: { no: 'needs SELinux' },
    },
  ],
});

/** Asks for all permissive domains, and for those that are not part of the policy. */
const askDomains = (store: string): Question<ShellAnswer> =>
  shell({
    ...sh`command -v semanage >/dev/null || exit 127
_all=$(semanage permissive ${store === '' ? [] : ['-S', store]} -l) || exit
printf '%s\n' "$_all" | grep -v -e 'Permissive Types' -e '^$'
echo ---
printf '%s\n' "$_all" | sed '1,/^Customized Permissive Types/d'`,
    about: [`selinux:permissive/${store}`, ...aboutSemanage],
  });
