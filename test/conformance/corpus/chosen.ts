/** The rule by which repositories are chosen that nobody has looked at before. */
export const RULE = `Of the public repositories that a search index of GitHub knows, those whose name contains \`ansible-role-\` (the first 60) or
\`ansible-playbooks\` (the first 40), ordered by how many versions of files the index holds of them, at most two for each owner, without those
chosen by hand. A repository that could not be fetched, or has no YAML file, was left out, and the next one took its place.
Could not be fetched: cagatayuresin/ansible-playbooks, dean-amer-dev/ansible-playbooks, dev-nobytes-io/oscal-aap-ansible-playbooks,
hoonetorg/ansible-role-disk, mrrobot0985/ansible-role-talos, nargothrondir/ansible-playbooks, QEDeD/ansible-role-docker-ansible-summary.
Without a YAML file: AerisCloud/ansible-role-test, andreaslindeboom/ansible-role-tester, ClessLi/ansible-role-manager.`;

/** Repositories that were chosen because many people use them; all others were chosen by the rule. */
const byHand: ReadonlySet<string> = new Set(
  [
    'debops/debops dev-sec/ansible-collection-hardening k3s-io/k3s-ansible kubernetes-sigs/kubespray nginxinc/ansible-role-nginx',
    'prometheus-community/ansible roots/trellis spantaleev/matrix-docker-ansible-deploy',
    ...owned('geerlingguy', 'ansible-for-devops mac-dev-playbook'),
    ...owned(
      'geerlingguy',
      'apache docker gitlab haproxy jenkins kubernetes mysql php postgresql security',
      'ansible-role-',
    ),
    ...owned('linux-system-roles', 'firewall ha_cluster logging network podman storage systemd timesync'),
    ...owned('robertdebock', 'bootstrap dns docker httpd tomcat users zabbix_server', 'ansible-role-'),
  ].flatMap((line) => line.split(' ')),
);

function owned(owner: string, names: string, prefix = ''): readonly string[] {
  return names.split(' ').map((name) => `${owner}/${prefix}${name}`);
}

export const isChosenByHand = (repository: string): boolean => byHand.has(repository);

/** Whether a name is one by which the rule finds roles. */
export const isRole = (repository: string): boolean => repository.toLowerCase().includes('ansible-role-');
