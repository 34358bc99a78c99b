import type { ChalkInstance } from 'chalk';
import { Listr, type ListrRenderer, type ListrTaskWrapper } from 'listr2';
import type { Event, Reporter } from '../core/event.ts';
import { upTo } from '../core/text/up-to.ts';
import { type Busy, liveLines, type Progress } from './live-view.ts';
import { printable } from './printable.ts';

/** The terminal that the live view draws on. */
export interface Screen {
  readonly write: (text: string) => void;
  readonly size: () => { readonly rows: number; readonly columns: number };
  readonly chalk: ChalkInstance;
}

/** Paints the activity of each busy host below all other output. (listr2's own renderers need minutes for 100 hosts.) */
class LiveRenderer implements ListrRenderer {
  static nonTTY = true;
  static rendererOptions: { paint: () => void };
  static rendererTaskOptions: Record<never, never>;
  readonly render: () => void;
  readonly end: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(_tasks: unknown, options: { paint: () => void }) {
    this.render = () => {
      this.#timer = setInterval(options.paint, 80);
      this.#timer.unref();
    };
    this.end = () => clearInterval(this.#timer);
  }
}

type HostTask = ListrTaskWrapper<unknown, typeof ListrRenderer, typeof ListrRenderer>;

/** Prints everything that `plain` prints and, below it during the run, each host's current activity and its duration. */
export function liveReporter(screen: Screen, makePlain: (write: (text: string) => void) => Reporter): Reporter {
  const area = new Area(screen);
  const plain = makePlain((text) => area.above(text));
  let play: RunningPlay | undefined;
  return (event) => {
    if (event.kind === 'play-started') {
      play?.end();
      play = new RunningPlay(event, area, screen.chalk);
    }
    if (event.kind === 'play-finished' || event.kind === 'run-finished') {
      play?.end();
      play = undefined;
      area.clear();
    }
    play?.take(event);
    plain(event);
  };
}

/** The hosts of one play as a listr2 list, in which each listr2 task lasts as long as its host is in the play. */
class RunningPlay {
  readonly #busy = new Map<string, Busy>();
  readonly #names = new Map<string, string>();
  readonly #wrappers = new Map<string, HostTask>();
  readonly #ended: () => void;
  #progress: Progress;

  constructor({ name, hosts, time }: Extract<Event, { kind: 'play-started' }>, area: Area, chalk: ChalkInstance) {
    this.#progress = { play: name, hosts: hosts.length, tasks: 0, changed: 0, failed: 0 };
    let end = (): void => {};
    const whole = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#ended = end;
    const paint = (): void =>
      area.paint((size) => liveLines([...this.#busy.values()], this.#progress, Date.now(), size, chalk));
    const list = new Listr(
      hosts.map((host) => ({
        title: host,
        task: async (_context: unknown, wrapper: HostTask) => {
          this.#wrappers.set(host, wrapper);
          await whole;
        },
      })),
      // We handle the signals ourselves, to end a run cleanly. listr2 would end the process.
      {
        concurrent: true,
        renderer: LiveRenderer as typeof ListrRenderer,
        rendererOptions: { paint },
        registerSignalListeners: false,
        exitOnError: false,
      },
    );
    void list.run();
    this.#now = time;
  }
  #now: number;

  take(event: Event): void {
    this.#now = event.time;
    if (event.kind === 'task-started') {
      this.#names.set(event.host, `${event.task.step === undefined ? '' : `${event.task.step} `}${event.task.name}`);
      this.#set(event.host, 'looking');
    }
    if (event.kind === 'host-busy') {
      if (event.doing === 'idle') this.#busy.delete(event.host);
      else
        this.#set(
          event.host,
          event.doing === 'waiting' && event.about !== undefined ? firstLine(event.about) : event.doing,
        );
    }
    if (event.kind === 'output') this.#output(event.host, event.text);
    if (event.kind === 'task-finished') {
      this.#busy.delete(event.host);
      const { status } = event.outcome;
      const { tasks, changed, failed } = this.#progress;
      this.#progress = {
        ...this.#progress,
        tasks: tasks + 1,
        changed: changed + Number(status === 'changed'),
        failed: failed + Number(status === 'failed' || status === 'unreachable'),
      };
    }
  }

  end(): void {
    this.#ended();
  }

  #set(host: string, doing: string): void {
    const before = this.#busy.get(host);
    const task = this.#names.get(host) ?? '';
    this.#busy.set(host, { host, task, doing, since: before?.task === task ? before.since : this.#now });
    const wrapper = this.#wrappers.get(host);
    if (wrapper !== undefined) wrapper.output = doing;
  }

  #output(host: string, text: string): void {
    const before = this.#busy.get(host);
    const line = text.split(/[\r\n]/).findLast((one) => one.trim() !== '');
    if (before !== undefined && line !== undefined) this.#busy.set(host, { ...before, output: printable(line).trim() });
  }
}

// The full instructions are printed above. A painted line must stay on one line.
const firstLine = (text: string): string => printable(upTo(text, '\n')).trim();

/** The lines at the bottom of the terminal that are repainted continuously. */
class Area {
  readonly #screen: Screen;
  #lines = 0;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  paint(draw: (size: { rows: number; columns: number }) => readonly string[]): void {
    const lines = draw(this.#screen.size());
    this.#screen.write(`${this.#erase()}${lines.map((line) => `${line}\n`).join('')}`);
    this.#lines = lines.length;
  }

  /** Writes permanent text above the painted lines. */
  above(text: string): void {
    this.#screen.write(`${this.#erase()}${text}`);
  }

  clear(): void {
    this.#screen.write(this.#erase());
  }

  #erase(): string {
    const back = this.#lines === 0 ? '' : `\x1b[${this.#lines}A\x1b[0J`;
    this.#lines = 0;
    return back;
  }
}
