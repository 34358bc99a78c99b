import { mapTexts } from './map-texts.ts';

// C0 without tab and line feed, DEL, C1, and the characters that change the writing direction.
const control = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Make the control characters in text visible and harmless: a terminal obeys them, no matter who wrote them. Line
 * feeds and tabs stay.
 */
export const visible = (text: string): string => text.replace(control, pictured);

/** Copy data, making the control characters in all its strings visible. */
export const visibleIn = <T>(data: T): T => mapTexts(data, visible);

/** A control picture, such as `␛` for escape, if Unicode has one; otherwise the character's code. */
function pictured(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '␡' : `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
}
