/** Return the only item as it is; with none or several, return what `ofMany` makes of them. */
export const oneOr = <T, Many>(items: readonly T[], ofMany: (items: readonly T[]) => Many): T | Many =>
  items.length === 1 ? items[0]! : ofMany(items);
