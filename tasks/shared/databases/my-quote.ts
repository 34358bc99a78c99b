/** A name as MySQL reads it in a statement, whatever it contains. */
export const myName = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

/** A text as a string literal; our statements turn NO_BACKSLASH_ESCAPES off. */
export const myText = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** A user with the host that it logs in from. */
export const myUser = (user: string, host: string): string => `${myText(user)}@${myText(host)}`;
