/**
 * Indices in falling order of their keys: a merge sort, because a comparison through a callback costs more than all
 * else that an event's reconstruction does with a row.
 */

/** Sort the indices of `keys` by falling key; equal keys keep their order. No key may be NaN. */
export function descendingOrder(keys: Float64Array): Uint32Array {
  const count = keys.length;
  let order = Uint32Array.from(keys.keys());
  let merged = new Uint32Array(count);
  for (let width = 1; width < count; width *= 2) {
    for (let start = 0; start < count; start += 2 * width) {
      const middle = Math.min(start + width, count);
      const end = Math.min(middle + width, count);
      let left = start;
      let right = middle;
      for (let i = start; i < end; i++) {
        const takeLeft = right === end || (left < middle && keys[order[left]!]! >= keys[order[right]!]!);
        merged[i] = takeLeft ? order[left++]! : order[right++]!;
      }
    }
    [order, merged] = [merged, order];
  }
  return order;
}
