/**
 * Whether all is tried that there is to try (`npm run thorough`). Otherwise what is generated has fewer cases, and what lies in code that
 * ways to a host share is tried on some of them.
 */
export const isThorough = (process.env['THOROUGH'] ?? '') !== '';
