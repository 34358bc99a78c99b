/** The only item as it is, or what is made of none or of several. */
export const oneOr = <T, Many>(items: readonly T[], ofMany: (items: readonly T[]) => Many): T | Many =>
  items.length === 1 ? items[0]! : ofMany(items);
