import { TemplateError } from '../template/index.ts';
import { Touched } from './touched.ts';

/** A keyword that cannot be computed counts as not given: the task itself then says what is wrong. */
export function settled<T>(compute: () => T): T | undefined {
  try {
    return compute();
  } catch (error) {
    if (error instanceof TemplateError || error instanceof Touched) return undefined;
    throw error;
  }
}
