/**
 * How often each pair of terms occurs in a list of sums: an open-addressing table in one typed array.
 *
 * Only pairs that occur at least twice are kept, since terms of old values never come back and counts only fall. Those
 * of a value that has just been made are counted apart, in a table that fits into the processor's cache, until all
 * sums have it.
 *
 * Limits: 2^23 values, distances of −128 to 127.
 */

/** Words of an entry: the first value; the second one with distance and sign; the count; the number of the pair. */
const ENTRY = 4;
const COUNT = 2;
const NUMBER = 3;

/** Pairs are numbered in the order in which they were first seen. Stateful. */
export interface PairCounts {
  /** Pairs that occurred at least twice so far. */
  size(): number;
  count(pair: number): number;
  first(pair: number): number;
  second(pair: number): number;
  /** Shift of the second value's term less that of the first. */
  distance(pair: number): number;
  /** Whether the signs differ. */
  differs(pair: number): boolean;
  /** Its place among all pairs, those that occur once included. */
  rank(pair: number): number;
  /** The pair of a and b·2^shift, or −1 if it never occurred twice. */
  find(a: number, b: number, shift: number, differs: boolean): number;
  /** Lower a count that cannot be used in full. */
  limit(pair: number, count: number): void;
  /** From here on pairs of this value, which is larger than all others, are counted apart. */
  open(value: number): void;
  /** Count the pairs that a term makes, or unmake them. */
  change(term: number, others: Int32Array, length: number, by: 1 | -1): void;
  /** Keep the pairs of the newest value that occur at least twice. */
  close(): void;
}

/** Count all pairs within sums. */
export function countPairs(sums: readonly { readonly terms: Int32Array; readonly length: number }[]): PairCounts {
  let bits = 12;
  let table = new Int32Array(ENTRY << bits).fill(-1);
  let shift = 32 - bits;
  let mask = (1 << bits) - 1;
  /** Entry of each pair in the table. */
  let entries = new Int32Array(1 << (bits - 1));
  let ranks = new Int32Array(1 << (bits - 1));
  let size = 0;
  let seen = 0;
  let newest = -1;
  const young = youngPairs();

  const insert = (first: number, second: number, count: number, rank: number): void => {
    let at = (Math.imul(first, 0x9e3779b1) + Math.imul(second, 0x85ebca6b)) >>> shift;
    while (table[at * ENTRY + NUMBER]! >= 0) at = (at + 1) & mask;
    table[at * ENTRY] = first;
    table[at * ENTRY + 1] = second;
    table[at * ENTRY + COUNT] = count;
    table[at * ENTRY + NUMBER] = size;
    entries[size] = at * ENTRY;
    ranks[size] = rank;
    size += 1;
    if (size === entries.length) rebuild(bits + 1, -Infinity);
  };
  /** Make the table anew, with the pairs of at least this count; limits can take counts below 0. */
  const rebuild = (nextBits: number, least: number): void => {
    const [old, oldEntries, oldRanks, oldSize] = [table, entries, ranks, size];
    bits = nextBits;
    table = new Int32Array(ENTRY << bits).fill(-1);
    shift = 32 - bits;
    mask = (1 << bits) - 1;
    entries = new Int32Array(1 << (bits - 1));
    ranks = new Int32Array(1 << (bits - 1));
    size = 0;
    for (let pair = 0; pair < oldSize; pair++) {
      const entry = oldEntries[pair]!;
      const count = old[entry + COUNT]!;
      if (count >= least) insert(old[entry]!, old[entry + 1]!, count, oldRanks[pair]!);
    }
  };

  for (const { terms, length } of sums) {
    for (let i = 0; i < length; i++) {
      const x = terms[i]!;
      for (let j = 0; j < i; j++) {
        const y = terms[j]!;
        // Packed terms order by value, then by shift.
        const low = x < y ? x : y;
        const high = x < y ? y : x;
        const first = low >>> 8;
        const second = secondWord(low, high);
        let at = (Math.imul(first, 0x9e3779b1) + Math.imul(second, 0x85ebca6b)) >>> shift;
        while (table[at * ENTRY + NUMBER]! >= 0) {
          if (table[at * ENTRY] === first && table[at * ENTRY + 1] === second) break;
          at = (at + 1) & mask;
        }
        if (table[at * ENTRY + NUMBER]! >= 0) table[at * ENTRY + COUNT]! += 1;
        else insert(first, second, 1, seen++);
      }
    }
  }
  rebuild(bits, 2);

  return {
    size: () => size,
    count: (pair) => table[entries[pair]! + COUNT]!,
    first: (pair) => table[entries[pair]!]!,
    second: (pair) => table[entries[pair]! + 1]! >>> 9,
    distance: (pair) => ((table[entries[pair]! + 1]! >>> 1) & 255) - 128,
    differs: (pair) => (table[entries[pair]! + 1]! & 1) === 1,
    rank: (pair) => ranks[pair]!,
    find(a, b, distance, differs) {
      const first = Math.min(a, b);
      const second = (Math.max(a, b) << 9) | (((a <= b ? distance : -distance) + 128) << 1) | (differs ? 1 : 0);
      let at = (Math.imul(first, 0x9e3779b1) + Math.imul(second, 0x85ebca6b)) >>> shift;
      for (; table[at * ENTRY + NUMBER]! >= 0; at = (at + 1) & mask) {
        if (table[at * ENTRY] === first && table[at * ENTRY + 1] === second) return table[at * ENTRY + NUMBER]!;
      }
      return -1;
    },
    limit(pair, count) {
      const at = entries[pair]! + COUNT;
      table[at] = Math.min(table[at]!, count);
    },
    open(value) {
      newest = value;
    },
    change(term, others, length, by) {
      const words = table;
      const isNew = term >>> 8 === newest;
      for (let k = 0; k < length; k++) {
        const other = others[k]!;
        const low = term < other ? term : other;
        const high = term < other ? other : term;
        const first = low >>> 8;
        const second = secondWord(low, high);
        if (isNew || high >>> 8 === newest) {
          young.change((first << 9) | (second & 511), by);
          continue;
        }
        let at = (Math.imul(first, 0x9e3779b1) + Math.imul(second, 0x85ebca6b)) >>> shift;
        for (; words[at * ENTRY + NUMBER]! >= 0; at = (at + 1) & mask) {
          if (words[at * ENTRY] === first && words[at * ENTRY + 1] === second) {
            words[at * ENTRY + COUNT]! += by;
            break;
          }
        }
      }
    },
    close() {
      young.drain((key, count) => {
        if (count > 1) insert(key >>> 9, (newest << 9) | (key & 511), count, seen);
        seen += 1;
      });
      newest = -1;
    },
  };
}

/** The second value, the distance and whether signs differ, in one word. */
function secondWord(low: number, high: number): number {
  return ((high >>> 8) << 9) | ((((high >>> 1) & 127) - ((low >>> 1) & 127) + 128) << 1) | ((low ^ high) & 1);
}

/** Counts by key that are emptied often. */
function youngPairs() {
  let bits = 10;
  /** Number of the key at a place, 0 for none. */
  let places = new Int32Array(1 << bits);
  let keys = new Int32Array(1 << (bits - 1));
  let counts = new Int32Array(1 << (bits - 1));
  let where = new Int32Array(1 << (bits - 1));
  let size = 0;

  const grow = (): void => {
    bits += 1;
    places = new Int32Array(1 << bits);
    const enlarged = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const next = new Int32Array(1 << (bits - 1));
      next.set(old);
      return next;
    };
    [keys, counts, where] = [enlarged(keys), enlarged(counts), enlarged(where)];
    for (let k = 0; k < size; k++) {
      let at = Math.imul(keys[k]!, 0x9e3779b1) >>> (32 - bits);
      while (places[at] !== 0) at = (at + 1) & (places.length - 1);
      places[at] = k + 1;
      where[k] = at;
    }
  };
  return {
    change(key: number, by: number): void {
      let at = Math.imul(key, 0x9e3779b1) >>> (32 - bits);
      for (let place = places[at]!; place !== 0; place = places[at]!) {
        if (keys[place - 1] === key) {
          counts[place - 1]! += by;
          return;
        }
        at = (at + 1) & (places.length - 1);
      }
      keys[size] = key;
      counts[size] = by;
      where[size] = at;
      places[at] = ++size;
      if (size === keys.length) grow();
    },
    /** Hand over all keys in the order in which they came, and forget them. */
    drain(take: (key: number, count: number) => void): void {
      for (let k = 0; k < size; k++) {
        places[where[k]!] = 0;
        take(keys[k]!, counts[k]!);
      }
      size = 0;
    },
  };
}
