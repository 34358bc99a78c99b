/** The value of a field in a paragraph. */
type Field = string | number | boolean | readonly string[] | undefined;

/** A paragraph in apt's format: fields without a value are left out, continuation lines are indented, and an empty line becomes a dot. */
export const deb822 = (fields: readonly (readonly [string, Field])[]): string =>
  fields
    .flatMap(([name, value]) => (value === undefined || value === '' ? [] : [`${name}:${shown(value)}\n`]))
    .join('');

function shown(value: NonNullable<Field>): string {
  if (typeof value === 'boolean') return value ? ' yes' : ' no';
  if (typeof value === 'object') return ` ${value.join(' ')}`;
  const text = String(value).trim();
  if (!text.includes('\n')) return ` ${text}`;
  return text
    .split('\n')
    .map((line) => `\n    ${line.trim() === '' ? '.' : line}`)
    .join('');
}
