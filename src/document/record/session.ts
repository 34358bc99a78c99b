/** A command that was typed. */
export interface RecordedCommand {
  readonly text: string;
  /** Where it was typed. */
  readonly directory: string;
  readonly code: number;
  /** What changed below /etc while it ran. */
  readonly changed: readonly string[];
}

/** Reads the record of a shell, as `recordedShell` prints it. What is cut off at its end is left out. */
export function readRecord(text: string): readonly RecordedCommand[] {
  const fields = text.split('\0');
  const commands: RecordedCommand[] = [];
  for (let at = 0; at + 4 < fields.length; at += 4) {
    const [code = '', directory = '', typed = '', paths = ''] = fields.slice(at, at + 4);
    commands.push({
      code: Number(code),
      directory,
      text: typed.replace(/\n+$/, ''),
      changed: paths.split('\n').filter((path) => path !== ''),
    });
  }
  // A plain end of the shell is no step of anything.
  const last = commands.at(-1);
  return last !== undefined && /^\s*(exit|logout)(\s+\d+)?\s*$/.test(last.text) ? commands.slice(0, -1) : commands;
}
