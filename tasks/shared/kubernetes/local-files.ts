import { type Controller, ControllerError, decodeText, loadPlainAll, toJs } from '../../../src/sdk.ts';
import { isObject, textInside } from '../json.ts';

/**
 * A file in its place next to the playbook or in the role, for a task that runs on the controller; elsewhere the path is one on the host.
 */
export function fileHere(path: string, controller: Controller): string {
  if (/^(?:[/~]|\w+:\/\/)/.test(path) || controller.endpoint.connection !== 'local') return path;
  const found = controller.find('files', path);
  return found.ok ? found.path : path;
}

/** A configuration as `fileHere` finds it. One that is encrypted with Ansible Vault is read. */
export function kubeconfigHere(kubeconfig: unknown, controller: Controller): unknown {
  if (typeof kubeconfig !== 'string') return kubeconfig;
  const paths = kubeconfig.split(':').map((path) => fileHere(path, controller));
  const [path = ''] = paths;
  if (paths.length > 1 || path === kubeconfig) return paths.join(':');
  const isEncrypted = decodeText(controller.readFile(path, { decrypt: false })).startsWith('$ANSIBLE_VAULT');
  if (!isEncrypted) return path;
  const read = loadPlainAll(decodeText(controller.readFile(path)));
  const value = read.ok ? read.value.map(toJs)[0] : undefined;
  if (!isObject(value)) throw new ControllerError(`Failed to load kubeconfig: ${path} is not a dictionary`);
  return value;
}

const DEFAULTS = {
  newline_sequence: '\n',
  trim_blocks: true,
  lstrip_blocks: false,
  block_start_string: '{%',
  block_end_string: '%}',
  variable_start_string: '{{',
  variable_end_string: '}}',
};

/** The text of templates: each is given by its path, or as a dictionary with its path and how to render it. */
export function renderedTemplates(template: unknown, controller: Controller): readonly string[] {
  return [template].flat().map((one: unknown) => {
    const given = isObject(one) ? one : { path: one };
    const path = textInside(given, 'path');
    const unknown = Object.keys(given).find((key) => key !== 'path' && !(key in DEFAULTS));
    if (path === undefined || unknown !== undefined)
      throw new ControllerError(
        unknown === undefined
          ? 'Please specify path for template.'
          : `template: ${unknown} is none of path, ${Object.keys(DEFAULTS).join(', ')}`,
      );
    const found = controller.find('templates', path);
    if (!found.ok)
      throw new ControllerError(`Could not find or access '${path}'; searched: ${found.searched.join(', ')}`);
    const { path: _path, ...options } = given;
    return controller.render(found.path, { ...DEFAULTS, ...options });
  });
}
