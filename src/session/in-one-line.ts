/** Join several lines of output into one. */
export const inOneLine = (said: string): string => said.split(/\s*\n\s*/).join('; ');
