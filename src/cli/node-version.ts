/** The message if this version of Node is too old, undefined otherwise. Written so that an old Node can run it. */
export function tooOld(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 11)
    ? undefined
    : `run: Retrace needs Node.js 20.11 or newer, but this is ${version}\nrun: install a newer one, for example from https://nodejs.org/en/download or https://deb.nodesource.com\n`;
}
