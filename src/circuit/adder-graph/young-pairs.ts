/** Counts of keys in the order in which they came, in a table that is emptied often: the pairs of one new value. */

/** Stateful. */
export interface YoungPairs {
  /** Number of the key at each place plus one, 0 for none. */
  places: Int32Array;
  keys: Int32Array;
  counts: Int32Array;
  /** Places of the keys. */
  where: Int32Array;
  size: number;
}

export const emptyYoung = (): YoungPairs => ({
  places: new Int32Array(1 << 10),
  keys: new Int32Array(1 << 9),
  counts: new Int32Array(1 << 9),
  where: new Int32Array(1 << 9),
  size: 0,
});

/** Add to the count of a key. */
export function changeYoung(young: YoungPairs, key: number, by: number): void {
  const { places, keys, counts } = young;
  const mask = places.length - 1;
  let at = spread(key) & mask;
  for (let place = places[at]!; place !== 0; place = places[at]!) {
    if (keys[place - 1] === key) {
      counts[place - 1]! += by;
      return;
    }
    at = (at + 1) & mask;
  }
  const number = young.size;
  keys[number] = key;
  counts[number] = by;
  young.where[number] = at;
  places[at] = number + 1;
  young.size = number + 1;
  if (young.size === keys.length) grow(young);
}

/** Forget all keys. */
export function forgetYoung(young: YoungPairs): void {
  for (let k = 0; k < young.size; k++) young.places[young.where[k]!] = 0;
  young.size = 0;
}

const spread = (key: number): number => Math.imul(key, 0x9e3779b1) >>> 8;

function grow(young: YoungPairs): void {
  const half = young.keys.length * 2;
  const enlarged = (old: Int32Array): Int32Array => {
    const next = new Int32Array(half);
    next.set(old);
    return next;
  };
  young.keys = enlarged(young.keys);
  young.counts = enlarged(young.counts);
  young.where = enlarged(young.where);
  young.places = new Int32Array(2 * half);
  const mask = young.places.length - 1;
  for (let k = 0; k < young.size; k++) {
    let at = spread(young.keys[k]!) & mask;
    while (young.places[at] !== 0) at = (at + 1) & mask;
    young.places[at] = k + 1;
    young.where[k] = at;
  }
}
