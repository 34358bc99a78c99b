import type { Subject } from '../../../src/sdk.ts';
import type { Engine } from './engine.ts';

/** The parameter that says which client is meant. */
export const podmanParams = {
  executable: { type: 'str', default: 'podman', doc: 'The client: its name, or its path on the host.' },
} as const;

/** Parameters of types that can also write a quadlet file in Ansible. */
export const quadletParams = {
  quadlet_dir: { type: 'path', ignored: 'quadlet files are written with `copy` or `template`' },
  quadlet_filename: { type: 'str', ignored: 'quadlet files are written with `copy` or `template`' },
  quadlet_file_mode: { type: 'raw', ignored: 'quadlet files are written with `copy` or `template`' },
  quadlet_options: {
    type: 'list',
    elements: 'str',
    ignored: 'quadlet files are written with `copy` or `template`',
  },
  debug: { type: 'bool', default: false, ignored: 'use `-vvv` to see the commands' },
} as const;

/** Podman on the host, which needs no daemon: it manages what belongs to the user. */
export const podmanEngine = (
  { executable }: { readonly executable: string },
  environment: Readonly<Record<string, string>>,
): Engine => ({ program: executable, package: 'podman', options: [], environment });

/** Where podman keeps what it manages. */
export const PODMAN_STORE: Subject = 'path:/var/lib/containers';
