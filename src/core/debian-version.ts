/** Compare versions as dpkg does: negative if the first is older. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [parse(a), parse(b)];
  return x.epoch - y.epoch || compareParts(x.upstream, y.upstream) || compareParts(x.revision, y.revision);
}

function parse(version: string): { epoch: number; upstream: string; revision: string } {
  const [, epoch = '0', rest = ''] = /^(?:(\d+):)?(.*)$/s.exec(version) ?? [];
  const dash = rest.lastIndexOf('-');
  return dash < 0
    ? { epoch: Number(epoch), upstream: rest, revision: '' }
    : { epoch: Number(epoch), upstream: rest.slice(0, dash), revision: rest.slice(dash + 1) };
}

/** Compare alternating runs of text and digits: text by character, digits by value. */
function compareParts(a: string, b: string): number {
  const [x, y] = [a.match(/\D*\d*/g) ?? [], b.match(/\D*\d*/g) ?? []];
  for (let index = 0; index < Math.max(x.length, y.length); index++) {
    const [, text = '', digits = ''] = /^(\D*)(\d*)$/.exec(x[index] ?? '') ?? [];
    const [, otherText = '', otherDigits = ''] = /^(\D*)(\d*)$/.exec(y[index] ?? '') ?? [];
    const difference = compareText(text, otherText) || Number(digits) - Number(otherDigits);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareText(a: string, b: string): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = rank(a[index]) - rank(b[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** A tilde sorts before the end of the string, letters before other characters. */
function rank(char: string | undefined): number {
  if (char === undefined) return 0;
  if (char === '~') return -1;
  return /[A-Za-z]/.test(char) ? char.charCodeAt(0) : char.charCodeAt(0) + 256;
}
