import { exact, lookOnly, manual, type Verb } from '../drafted.ts';
import { readOptions } from '../options.ts';

const NO_DIRECTORY = 'the document does not tell in which directory it ran';

const compose: Verb = (called) => {
  const options = readOptions(called.args, {
    flags: 'd',
    longFlags: ['detach', 'build', 'remove-orphans', 'volumes'],
    values: 'fp',
    longValues: ['file', 'project-name'],
  });
  const [verb = '', ...services] = options?.operands ?? [];
  if (['ps', 'logs', 'config', 'top', 'images', 'version'].includes(verb)) return lookOnly;
  const { cwd } = called;
  if (verb === 'exec' && /^(ba)?sh$/.test(services.at(-1) ?? '')) return lookOnly;
  if (options === undefined) return manual('an option of it is not understood');
  if (cwd?.startsWith('/') !== true) return manual(NO_DIRECTORY);
  const files = options.all('f', 'file');
  const project = options.value('p', 'project-name');
  const where = {
    project_src: cwd,
    ...(files.length > 0 && { files }),
    ...(project !== undefined && { project_name: project }),
  };
  const declares = `compose:${cwd}`;
  if (verb === 'up')
    return exact({
      type: 'docker_compose_v2',
      args: {
        ...where,
        state: 'present',
        ...(services.length > 0 && { services }),
        ...(options.has('build') && { build: 'always' }),
        ...(options.has('remove-orphans') && { remove_orphans: true }),
      },
      declares,
    });
  if (verb === 'down' || verb === 'stop')
    return exact({
      type: 'docker_compose_v2',
      args: { ...where, state: verb === 'down' ? 'absent' : 'stopped' },
      declares,
    });
  if (verb === 'restart')
    return {
      grade: 'restart',
      handler: { type: 'docker_compose_v2', args: { ...where, state: 'restarted' }, declares },
    };
  return manual(`\`docker compose ${verb}\` is nothing that a task keeps up`);
};

const docker: Verb = (called) => {
  const [verb = '', ...rest] = called.args;
  if (verb === 'compose') return compose({ ...called, args: rest });
  if (['ps', 'logs', 'images', 'inspect', 'info', 'version', 'stats', 'top'].includes(verb)) return lookOnly;
  return manual(`\`docker ${verb}\` is not understood`);
};

/** Programs for containers. */
export const containerVerbs: Readonly<Record<string, Verb>> = {
  docker,
  'docker-compose': compose,
};
