/** A property's value in the form that `zfs set` accepts: booleans are `on` and `off`. */
export function zfsValue(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (value === 'True') return 'on';
  return value === 'False' ? 'off' : String(value);
}

/** Whether a property has the wanted value. Sizes are compared in bytes, and `none` counts as 0. */
export function sameProperty(now: string | undefined, wanted: string): boolean {
  if (now === undefined) return false;
  return now === wanted || (bytes(now) !== undefined && bytes(now) === bytes(wanted));
}

/** Converts a size to bytes: `1.5G`, `100M`, `4096`, `none`. */
function bytes(text: string): number | undefined {
  if (text === 'none') return 0;
  const match = /^(\d+(?:\.\d+)?)([KMGTPEZ]?)(?:i?B)?$/i.exec(text);
  return match === null
    ? undefined
    : Math.round(
        Number(match[1]) * 1024 ** ['', 'K', 'M', 'G', 'T', 'P', 'E', 'Z'].indexOf((match[2] ?? '').toUpperCase()),
      );
}
