import type { LabIo } from './lab-io.ts';

/** Shows a person what the lab is doing and for how long. */
export interface Progress {
  /** Do some work under a title. */
  readonly step: <T>(title: string, work: () => Promise<T>) => Promise<T>;
  /** Print a message. */
  readonly say: (text: string) => void;
}

const redrawMs = 200;

/** Plain lines, one for each finished step; on a terminal also a live line with the work in progress. */
export function progressOn(io: LabIo): Progress {
  const under = new Map<symbol, { title: string; since: number }>();
  let timer: NodeJS.Timeout | undefined;

  const clear = () => io.isTTY && io.stdout.write('\r\x1b[K');
  const draw = () => {
    if (!io.isTTY || under.size === 0) return;
    const text = [...under.values()].map(({ title, since }) => `${title} … ${seconds(since)}`).join(', ');
    io.stdout.write(`\r\x1b[Klab: ${text}`);
  };
  const say = (text: string) => {
    clear();
    io.stdout.write(`lab: ${text}\n`);
    draw();
  };

  async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
    const key = Symbol(title);
    const since = Date.now();
    under.set(key, { title, since });
    if (io.isTTY) timer ??= setInterval(draw, redrawMs).unref();
    draw();
    try {
      const value = await work();
      under.delete(key);
      say(`${title} … ${seconds(since)}`);
      return value;
    } finally {
      under.delete(key);
      if (under.size === 0) {
        clearInterval(timer);
        timer = undefined;
        clear();
      }
    }
  }
  return { step, say };
}

/** For callers that want no output. */
export const silent: Progress = { step: (_title, work) => work(), say: () => {} };

const seconds = (since: number) => `${((Date.now() - since) / 1000).toFixed(1)} s`;
