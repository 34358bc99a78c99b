/** A container of the lab as who logs in sees it. */
interface LabContainer {
  readonly name: string;
  readonly id: string;
  /** The Proxmox host that it is in. */
  readonly node: string;
  readonly addresses: readonly string[];
}

/** The containers of the install document. 100 is there only once the playbook has created it. */
export const containers: readonly LabContainer[] = [
  { name: 'ct100', id: '100', node: 'off1', addresses: ['10.1.0.100', '198.51.100.215'] },
  { name: 'proxy', id: '101', node: 'off2', addresses: ['10.1.0.101', '198.51.100.208'] },
  { name: 'backend', id: '113', node: 'off2', addresses: ['10.1.0.113'] },
];

/** A container by its name. */
export const containerNamed = (name: string): LabContainer | undefined =>
  containers.find((container) => container.name === name);
