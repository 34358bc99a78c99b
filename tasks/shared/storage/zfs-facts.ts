/** The properties in the output of `zfs get -H -o name,property,value` and its like: a dictionary for each name. */
export function readProperties(stdout: string): readonly Readonly<Record<string, string>>[] {
  const all = new Map<string, Record<string, string>>();
  for (const line of stdout.split('\n')) {
    const [name = '', property, value] = line.split('\t');
    if (property === undefined || value === undefined) continue;
    const properties = all.get(name) ?? {};
    properties[property] = value;
    all.set(name, properties);
  }
  return [...all].map(([name, properties]) => ({ ...properties, name }));
}
