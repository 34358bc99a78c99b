/**
 * Whether to try everything (`npm run thorough`). Otherwise fewer cases are generated, and code shared by several connections is tested
 * with only some of them.
 */
export const isThorough = (process.env['THOROUGH'] ?? '') !== '';
