/** Zip two lists of equal length. */
export const pairs = <A, B>(left: readonly A[], right: readonly B[]): readonly (readonly [A, B])[] => {
  if (left.length !== right.length) {
    throw new Error(`a bug in Retrace: lists of different lengths, ${left.length} and ${right.length}`);
  }
  return left.map((one, index) => [one, right[index]!]);
};
