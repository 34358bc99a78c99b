/** Limits how many hosts run a task at the same time, however they reach it. */
export class Throttle {
  readonly #queues = new Map<object, { acting: number; readonly waiting: (() => void)[] }>();

  async within<T>(task: object, limit: number, act: () => Promise<T>): Promise<T> {
    const queue = this.#queues.get(task) ?? { acting: 0, waiting: [] };
    this.#queues.set(task, queue);
    while (queue.acting >= limit) await new Promise<void>((go) => queue.waiting.push(go));
    queue.acting++;
    try {
      return await act();
    } finally {
      queue.acting--;
      queue.waiting.shift()?.();
    }
  }
}
