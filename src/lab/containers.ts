/** A lab container, as seen by someone logging in. */
interface LabContainer {
  readonly name: string;
  readonly id: string;
  /** The Proxmox host that it runs on. */
  readonly node: string;
  readonly addresses: readonly string[];
}

/** The containers in the install document. 100 does not exist until the playbook has created it. */
export const containers: readonly LabContainer[] = [
  { name: 'ct100', id: '100', node: 'off1', addresses: ['10.1.0.100', '198.51.100.215'] },
  { name: 'proxy', id: '101', node: 'off2', addresses: ['10.1.0.101', '198.51.100.208'] },
  { name: 'backend', id: '113', node: 'off2', addresses: ['10.1.0.113'] },
];

/** Finds a container by name. */
export const containerNamed = (name: string): LabContainer | undefined =>
  containers.find((container) => container.name === name);
