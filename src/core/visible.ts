import { mapTexts } from './map-texts.ts';

// C0 without tab and line feed, DEL, C1, and what turns the direction of writing.
const control = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A text whose control characters are seen and do nothing: a terminal obeys them, whoever wrote them. Lines and tabs stay. */
export const visible = (text: string): string => text.replace(control, pictured);

/** The same data with the control characters of all its texts made visible. */
export const visibleIn = <T>(data: T): T => mapTexts(data, visible);

/** A control picture, as `␛` for escape, where Unicode has one; else its number. */
function pictured(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '␡' : `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
}
