/** Return the only item; if there are none or several, return the result of `ofMany`. */
export const oneOr = <T, Many>(items: readonly T[], ofMany: (items: readonly T[]) => Many): T | Many =>
  items.length === 1 ? items[0]! : ofMany(items);
