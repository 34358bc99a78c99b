import { changeText } from '../../core/change.ts';
import type { TaskType } from '../../core/task-type.ts';
import type { Converged } from './converge.ts';

const most = 4;

/** The current state that a check found on a host, in one line; undefined if it is of no interest. */
export function nowText(found: Converged, { acts }: Pick<TaskType, 'acts'>): string | undefined {
  switch (found.status) {
    case 'ok':
      return 'ok';
    case 'changed': {
      const texts = found.changes.map((change) => changeText(change).replace(/\s*\n[\s\S]*/, ' …'));
      const more = texts.length > most ? [`and ${texts.length - most} more`] : [];
      return `would ${acts === true ? 'run' : 'change'} ${[...texts.slice(0, most), ...more].join(', ')}`;
    }
    case 'failed':
      return found.message;
    case 'skipped':
      return `skipped: ${found.message}`;
    default:
      return undefined;
  }
}
