/** The values of a filter as texts: it may be given as a list, and booleans are `true` and `false`. */
export const filterValues = (value: unknown): readonly string[] => [value].flat().map(String);

/** Filters as options of the client. */
export const filterOptions = (filters: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.entries(filters).flatMap(([name, value]) =>
    filterValues(value).flatMap((text) => ['--filter', `${name}=${text}`]),
  );

/** A parameter for filters of what is removed. */
export const filtersParam = (what: string, example: string) =>
  ({ type: 'dict', doc: `Only ${what} with these properties, for example \`${example}\`.` }) as const;
