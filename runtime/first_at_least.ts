/** Where in a sorted array the first item is that is not less than `bound`. */
export function firstAtLeast(sorted: readonly string[], bound: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? "") < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
