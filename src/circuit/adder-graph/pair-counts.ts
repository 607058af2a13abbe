/**
 * How often each pair of terms occurs in a list of sums: an open-addressing table in one typed array.
 *
 * Only pairs that occur at least twice are kept, since terms of old values never come back and counts only fall. Those
 * of a value that has just been made are counted apart, in a table that fits into the processor's cache, until all
 * sums have it. Functions over one record instead of closures: there is one table per try, and code that is compiled
 * for the closures of one table is thrown away with it.
 *
 * Limits: 2^23 values, distances of −128 to 127.
 */
import { changeYoung, emptyYoung, forgetYoung, type YoungPairs } from './young-pairs.ts';

/** Words of an entry: the first value; the second one with distance and sign; the count; the number of the pair. */
const ENTRY = 4;
const COUNT = 2;
const NUMBER = 3;

const FIRST_FACTOR = 0x9e3779b1;
const SECOND_FACTOR = 0x85ebca6b;

/** Pairs are numbered in the order in which they were first seen. Stateful. */
export interface PairCounts {
  /** Places of the table are addressed by 32 − shift bits. */
  shift: number;
  table: Int32Array;
  /** Where the entry of each pair stands in the table. */
  entries: Int32Array;
  /** Place of each pair among all, those that occurred once included. */
  ranks: Int32Array;
  /** Pairs that occurred at least twice so far. */
  size: number;
  /** Pairs that occurred so far. */
  seen: number;
  /** The value whose pairs are counted apart, or −1. */
  newest: number;
  readonly young: YoungPairs;
}

/** Count all pairs within sums. */
export function countPairs(sums: readonly { readonly terms: Int32Array; readonly length: number }[]): PairCounts {
  const counts: PairCounts = { ...emptyTable(12), size: 0, seen: 0, newest: -1, young: emptyYoung() };
  for (const { terms, length } of sums) {
    for (let i = 1; i < length; i++) countTerm(counts, terms[i]!, terms, i);
  }
  rebuild(counts, 32 - counts.shift, 2);
  return counts;
}

/** Copy counts of which no value is open. */
export const copyPairs = (counts: PairCounts): PairCounts => ({
  ...counts,
  table: counts.table.slice(),
  entries: counts.entries.slice(),
  ranks: counts.ranks.slice(),
  young: emptyYoung(),
});

export const pairCount = (counts: PairCounts, pair: number): number => counts.table[counts.entries[pair]! + COUNT]!;

export const pairFirst = (counts: PairCounts, pair: number): number => counts.table[counts.entries[pair]!]!;

export const pairSecond = (counts: PairCounts, pair: number): number => counts.table[counts.entries[pair]! + 1]! >>> 9;

/** Shift of the second value's term less that of the first. */
export const pairDistance = (counts: PairCounts, pair: number): number =>
  ((counts.table[counts.entries[pair]! + 1]! >>> 1) & 255) - 128;

/** Whether the signs differ. */
export const pairDiffers = (counts: PairCounts, pair: number): boolean =>
  (counts.table[counts.entries[pair]! + 1]! & 1) === 1;

/** The pair of a and b·2^distance, or −1 if it never occurred twice. */
export function findPair(counts: PairCounts, a: number, b: number, distance: number, differs: boolean): number {
  const first = Math.min(a, b);
  const second = (Math.max(a, b) << 9) | (((a <= b ? distance : -distance) + 128) << 1) | (differs ? 1 : 0);
  return counts.table[placeOf(counts, first, second) + NUMBER]!;
}

/** Lower a count that cannot be used in full. */
export function limitPair(counts: PairCounts, pair: number, count: number): void {
  const at = counts.entries[pair]! + COUNT;
  counts.table[at] = Math.min(counts.table[at]!, count);
}

/** From here on pairs of this value, which is larger than all others, are counted apart. */
export function openValue(counts: PairCounts, value: number): void {
  counts.newest = value;
}

/** Keep the pairs of the newest value that occur at least twice. */
export function closeValue(counts: PairCounts): void {
  const { young, newest } = counts;
  for (let k = 0; k < young.size; k++) {
    const key = young.keys[k]!;
    const count = young.counts[k]!;
    if (count > 1) insert(counts, key >>> 9, (newest << 9) | (key & 511), count, counts.seen);
    counts.seen += 1;
  }
  forgetYoung(young);
  counts.newest = -1;
}

/** Count the pairs that a term makes with others (1), or no longer makes (−1). */
export function changePairs(counts: PairCounts, term: number, others: Int32Array, length: number, by: 1 | -1): void {
  const { table, newest, shift, young } = counts;
  const mask = table.length / ENTRY - 1;
  const isNewest = term >>> 8 === newest;
  for (let k = 0; k < length; k++) {
    const other = others[k]!;
    // Packed terms order by value, then by shift.
    const low = term < other ? term : other;
    const high = term < other ? other : term;
    const first = low >>> 8;
    const second = secondWord(low, high);
    if (isNewest || high >>> 8 === newest) {
      changeYoung(young, (first << 9) | (second & 511), by);
      continue;
    }
    let at = (Math.imul(first, FIRST_FACTOR) + Math.imul(second, SECOND_FACTOR)) >>> shift;
    for (; table[at * ENTRY + NUMBER]! >= 0; at = (at + 1) & mask) {
      if (table[at * ENTRY] === first && table[at * ENTRY + 1] === second) {
        table[at * ENTRY + COUNT]! += by;
        break;
      }
    }
  }
}

/** Count the pairs of a term with others, making entries for new ones. */
function countTerm(counts: PairCounts, term: number, others: Int32Array, length: number): void {
  for (let k = 0; k < length; k++) {
    const other = others[k]!;
    const low = term < other ? term : other;
    const high = term < other ? other : term;
    const first = low >>> 8;
    const second = secondWord(low, high);
    const at = placeOf(counts, first, second);
    if (counts.table[at + NUMBER]! >= 0) counts.table[at + COUNT]! += 1;
    else insert(counts, first, second, 1, counts.seen++);
  }
}

/** The second value, the distance and whether signs differ, in one word. */
const secondWord = (low: number, high: number): number =>
  ((high >>> 8) << 9) | ((((high >>> 1) & 127) - ((low >>> 1) & 127) + 128) << 1) | ((low ^ high) & 1);

/** Where the entry of a pair stands, or would stand. */
function placeOf({ table, shift }: PairCounts, first: number, second: number): number {
  const mask = table.length / ENTRY - 1;
  let at = (Math.imul(first, FIRST_FACTOR) + Math.imul(second, SECOND_FACTOR)) >>> shift;
  while (table[at * ENTRY + NUMBER]! >= 0) {
    if (table[at * ENTRY] === first && table[at * ENTRY + 1] === second) break;
    at = (at + 1) & mask;
  }
  return at * ENTRY;
}

function insert(counts: PairCounts, first: number, second: number, count: number, rank: number): void {
  const at = placeOf(counts, first, second);
  counts.table[at] = first;
  counts.table[at + 1] = second;
  counts.table[at + COUNT] = count;
  counts.table[at + NUMBER] = counts.size;
  counts.entries[counts.size] = at;
  counts.ranks[counts.size] = rank;
  counts.size += 1;
  if (counts.size === counts.entries.length) rebuild(counts, 33 - counts.shift, -Infinity);
}

/** Make the table anew, with the pairs of at least this count; limits can take counts below 0. */
function rebuild(counts: PairCounts, bits: number, least: number): void {
  const { table, entries, ranks, size } = counts;
  Object.assign(counts, emptyTable(bits));
  counts.size = 0;
  for (let pair = 0; pair < size; pair++) {
    const at = entries[pair]!;
    const count = table[at + COUNT]!;
    if (count >= least) insert(counts, table[at]!, table[at + 1]!, count, ranks[pair]!);
  }
}

/** An empty table of 2^bits places, which grows when half of them are taken. */
const emptyTable = (bits: number): Pick<PairCounts, 'shift' | 'table' | 'entries' | 'ranks'> => ({
  shift: 32 - bits,
  table: new Int32Array(ENTRY << bits).fill(-1),
  entries: new Int32Array(1 << (bits - 1)),
  ranks: new Int32Array(1 << (bits - 1)),
});
