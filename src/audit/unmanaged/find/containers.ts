import { type Parts, partLines } from '../../../core/facts/parts.ts';
import type { Unmanaged } from '../thing.ts';

/** Containers that run, by engine. */
export const containers = (parts: Parts): readonly Unmanaged[] =>
  ['docker', 'podman'].flatMap((engine) =>
    partLines(parts, engine).flatMap((line) => {
      const [name = '', image = '', project = ''] = line.split('\t');
      return /^[\w.-]+$/.test(name)
        ? [
            {
              group: 'containers' as const,
              name: `${engine} ${name}`,
              why: `runs ${image}${/^[\w-]+$/.test(project) ? ` in the project ${project}` : ''}`,
              subjects: [[`engine:container/${name}`], ...(project === '' ? [] : [[`engine:project/${project}`]])],
              tasks: [],
              instead: `declare it with docker_container, docker_compose_v2 or a unit`,
            },
          ]
        : [];
    }),
  );
