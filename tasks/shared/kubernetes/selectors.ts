/** Whether labels meet label selectors such as `app=web`, `tier in (a, b)` or `!canary`. */
export const meetsSelectors = (labels: Readonly<Record<string, unknown>>, selectors: readonly string[]): boolean =>
  selectors.flatMap(requirements).every((one) => meets(labels, one));

/** The requirements in a selector: commas separate them, except between parentheses. */
const requirements = (selector: string): readonly string[] =>
  selector
    .split(/,(?![^(]*\))/)
    .map((one) => one.trim())
    .filter((one) => one !== '');

function meets(labels: Readonly<Record<string, unknown>>, requirement: string): boolean {
  const label = (key: string) => (Object.hasOwn(labels, key) ? String(labels[key]) : undefined);
  const [, setKey = '', operator, list = ''] = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(requirement) ?? [];
  if (operator !== undefined) {
    const found = label(setKey);
    const isIn = found !== undefined && list.split(',').some((one) => one.trim() === found);
    return operator === 'in' ? isIn : !isIn;
  }
  const [, key = '', sign, value = ''] = /^([^=!\s]+)\s*(==?|!=)\s*(.*)$/.exec(requirement) ?? [];
  if (sign !== undefined) return (label(key) === value.trim()) === (sign !== '!=');
  return requirement.startsWith('!')
    ? label(requirement.slice(1).trim()) === undefined
    : label(requirement) !== undefined;
}
