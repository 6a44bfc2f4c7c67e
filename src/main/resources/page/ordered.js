/**
 * Binary search. No DOM.
 *
 * @param {(index: number) => boolean} isBehind false up to some index, and true from there on
 * @return {number} the first index, from one up to another, that it is true for; the other if there is none
 */
export function firstIndex(from, to, isBehind) {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBehind(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
