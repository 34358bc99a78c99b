/** A text without byte order mark and with `\n` at the ends of its lines, as YAML and templates are read. */
export const plainText = (raw: string): string => raw.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');

/** A plain text written as the file was before; undefined if its lines end in several ways. */
export function likeBefore(raw: string | undefined, text: string): string | undefined {
  if (raw === undefined) return text;
  const mark = raw.startsWith('\ufeff') ? '\ufeff' : '';
  const body = raw.slice(mark.length);
  if (!body.includes('\r')) return mark + text;
  return /(^|[^\r])\n|\r(?!\n)/.test(body) ? undefined : mark + text.replaceAll('\n', '\r\n');
}
