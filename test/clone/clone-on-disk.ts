import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A repository on the disk: texts by path; a text that begins with `-> ` is a link to what follows. */
export class CloneOnDisk implements Disposable {
  readonly #parent = mkdtempSync(join(tmpdir(), 'retrace-clone-'));
  readonly folder = join(this.#parent, 'infra');

  constructor(files: Readonly<Record<string, string>>) {
    mkdirSync(this.folder);
    for (const [path, text] of Object.entries(files)) {
      const whole = join(this.folder, path);
      mkdirSync(dirname(whole), { recursive: true });
      if (text.startsWith('-> ')) symlinkSync(text.slice(3), whole);
      else writeFileSync(whole, text);
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.#parent, { recursive: true });
  }
}
