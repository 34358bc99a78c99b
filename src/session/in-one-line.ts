/** What a program said in several lines, in one. */
export const inOneLine = (said: string): string => said.split(/\s*\n\s*/).join('; ');
