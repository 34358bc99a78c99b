import { posix } from 'node:path';
import { encodeText } from '../../core/text-codec.ts';
import { visible } from '../../core/visible.ts';
import { yamlOf } from '../unmanaged/as-tasks.ts';
import type { Imported, ImportedTask } from './imported.ts';

/** A file of the playbook's directory. */
interface WrittenFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Nobody but its owner is to read it, although it is encrypted. */
  readonly isPrivate: boolean;
}

interface Playbook {
  readonly host: string;
  /** The playbook's name without `.yaml`; its files lie in a directory of this name. */
  readonly name: string;
  readonly become: boolean;
  /** Encrypts what nobody may read in clear. */
  readonly seal: (bytes: Uint8Array) => string;
}

/** The playbook of an import: `NAME.yaml`, and beside it `NAME/TOPIC.yaml`, `NAME/files` and `NAME/secrets.yaml`. */
export function writtenPlaybook(
  { tasks, files, variables, left }: Imported,
  { host, name, become, seal }: Playbook,
): readonly WrittenFile[] {
  const topics = [...new Set(tasks.map(({ topic }) => topic))];
  const own = new Set<string>(Object.keys(variables).map((variable) => `{{ ${variable} }}`));
  const sourceOf = ({ args }: ImportedTask): Readonly<Record<string, unknown>> => {
    if (typeof args['src'] !== 'string' || args['state'] === 'link') return args;
    const source = `{{ playbook_dir }}/${name}/files${args['src']}`;
    own.add(source);
    return { ...args, src: source };
  };
  const services = [...new Set(tasks.flatMap(({ notify }) => notify ?? []))];
  const hasSecrets = Object.keys(variables).length > 0;
  const play = {
    name: `${host}, as it was when it was imported`,
    hosts: host,
    gather_facts: false,
    ...(become && { become }),
    ...(hasSecrets && { vars_files: [`${name}/secrets.yaml`] }),
    tasks: topics.map((topic) => ({ import_tasks: `${name}/${topic}.yaml` })),
    ...(services.length > 0 && { handlers: services.map(restartHandler) }),
  };
  const text = (value: unknown): Uint8Array => Buffer.from(yamlOf(value, (one) => own.has(one)));
  return [
    { path: `${name}.yaml`, bytes: Buffer.concat([text([play]), Buffer.from(comments(left))]), isPrivate: false },
    ...topics.map((topic) => ({
      path: `${name}/${topic}.yaml`,
      bytes: text(
        tasks
          .filter((task) => task.topic === topic)
          .map((task) => ({
            name: task.name,
            [task.type]: sourceOf(task),
            ...(task.notify !== undefined && { notify: `restart ${task.notify}` }),
          })),
      ),
      isPrivate: false,
    })),
    ...(hasSecrets
      ? [{ path: `${name}/secrets.yaml`, bytes: Buffer.from(seal(Buffer.from(yamlOf(variables)))), isPrivate: true }]
      : []),
    ...files.map(({ path, text: content, secret }) => ({
      path: posix.join(name, 'files', path),
      bytes: secret === undefined ? encodeText(content) : Buffer.from(seal(encodeText(content))),
      isPrivate: secret !== undefined,
    })),
  ];
}

const restartHandler = (service: string) => ({
  name: `restart ${service}`,
  'ansible.builtin.systemd': { name: `${service}.service`, state: 'restarted' },
});

/** What is not declared, for whoever reads the playbook. */
const comments = (left: readonly string[]): string =>
  left.length === 0
    ? ''
    : `\n# Not imported:\n${left.map((one) => `# - ${visible(one).replaceAll('\n', ' ')}\n`).join('')}`;
