/**
 * An and-inverter graph: Boolean functions as two-input ANDs with inverters on their edges.
 *
 * Equal ANDs of equal operands are one node, constants fold, and an operand that is an AND itself is looked into as far
 * as that makes no new nodes (R. Brummayer and A. Biere, "Local two-level and-inverter graph minimization without
 * blowup", MEMICS 2006). Two formulations of a function that differ in such details only become the same literal, and
 * nothing is left to prove.
 */
import { ValueError } from '../../../errors.ts';

/** An edge: 2 · node + (1 if inverted); 0 is false and 1 is true. */
export type Literal = number;

export const FALSE: Literal = 0;
export const TRUE: Literal = 1;

/** Stateful: nodes are added, and never change. Node 0 is the constant false; operands have smaller numbers. */
export interface AndGraph {
  /** Number of nodes, with the constant and the inputs. */
  readonly size: number;
  /** A new free variable. */
  input(): Literal;
  not(a: Literal): Literal;
  /** @throws ValueError if an operand is of no node; so do `or`, `xor` and `mux` */
  and(a: Literal, b: Literal): Literal;
  or(a: Literal, b: Literal): Literal;
  xor(a: Literal, b: Literal): Literal;
  /** `a` if select is true, else `b`. */
  mux(select: Literal, a: Literal, b: Literal): Literal;
  /** True where at least two are. */
  majority(a: Literal, b: Literal, c: Literal): Literal;
  /**
   * Tell whether a node is an AND; others are inputs, or the constant.
   *
   * @throws ValueError if there is no such node
   */
  isAnd(node: number): boolean;
  /** Operands of an AND, the smaller one first; −1 for other nodes. */
  left(node: number): Literal;
  right(node: number): Literal;
}

const NO_OPERAND = -1;

/** Start with the constant only. */
export function andGraph(): AndGraph {
  let lefts = new Int32Array(256);
  let rights = new Int32Array(256);
  /** Nodes by the hash of their operands, with linear probing; 0 is an empty place. */
  let table = new Int32Array(1024);
  let size = 0;

  function newNode(left: Literal, right: Literal): number {
    if (size === lefts.length) {
      lefts = doubled(lefts);
      rights = doubled(rights);
    }
    lefts[size] = left;
    rights[size] = right;
    return size++;
  }

  /** Place of the AND of two operands in the table, or the empty place where it belongs. */
  function placeOf(left: Literal, right: Literal): number {
    const mask = table.length - 1;
    let place = (Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b)) >>> 7;
    for (place &= mask; table[place] !== 0; place = (place + 1) & mask) {
      const node = table[place]!;
      if (lefts[node] === left && rights[node] === right) break;
    }
    return place;
  }

  /** Double the table and put all ANDs into it anew. */
  function rehash(): void {
    table = new Int32Array(2 * table.length);
    for (let node = 1; node < size; node += 1)
      if (lefts[node] !== NO_OPERAND) table[placeOf(lefts[node]!, rights[node]!)] = node;
  }

  function hashedAnd(a: Literal, b: Literal): Literal {
    const left = a < b ? a : b;
    const right = a < b ? b : a;
    let place = placeOf(left, right);
    if (table[place] === 0) {
      if (2 * size > table.length) {
        rehash();
        place = placeOf(left, right);
      }
      table[place] = newNode(left, right);
    }
    return 2 * table[place]!;
  }

  function check(literal: Literal): void {
    if (!(literal >= 0 && literal < 2 * size && Number.isInteger(literal)))
      throw new ValueError(`And graph: literal ${literal} is of no node; there are literals 0 to ${2 * size - 1}.`);
  }

  /** x ∧ y where x is an AND: what follows from looking into x alone, or undefined. */
  function lookInto(x: Literal, y: Literal): Literal | undefined {
    const p = lefts[x >> 1]!;
    const q = rights[x >> 1]!;
    if (p === NO_OPERAND) return undefined;
    if ((x & 1) === 0) {
      if (y === p || y === q) return x; // p q p = p q
      if (y === (p ^ 1) || y === (q ^ 1)) return FALSE;
      return undefined;
    }
    if (y === (p ^ 1) || y === (q ^ 1)) return y; // ¬(p q) ¬p = ¬p
    if (y === p) return and(p, q ^ 1); // ¬(p q) p = p ¬q
    if (y === q) return and(q, p ^ 1);
    return undefined;
  }

  /** x ∧ y where both are ANDs: what follows from operands that they have in common, or undefined. */
  function lookIntoBoth(x: Literal, y: Literal): Literal | undefined {
    const p = lefts[x >> 1]!;
    const q = rights[x >> 1]!;
    const r = lefts[y >> 1]!;
    const s = rights[y >> 1]!;
    if (p === NO_OPERAND || r === NO_OPERAND) return undefined;
    if ((x & 1) === 1 && (y & 1) === 1) {
      // ¬(p q) ¬(p ¬q) = ¬p
      if ((p === r && q === (s ^ 1)) || (p === s && q === (r ^ 1))) return p ^ 1;
      if ((q === r && p === (s ^ 1)) || (q === s && p === (r ^ 1))) return q ^ 1;
      return undefined;
    }
    if ((x & 1) === 1) return lookIntoBoth(y, x);
    const isOpposed = p === (r ^ 1) || p === (s ^ 1) || q === (r ^ 1) || q === (s ^ 1);
    if ((y & 1) === 0) {
      if (isOpposed) return FALSE;
      // (p q)(p s) = (p q) s
      if (p === r || q === r) return and(x, s);
      if (p === s || q === s) return and(x, r);
      return undefined;
    }
    if (isOpposed) return x; // p q ¬(¬p s) = p q
    // p q ¬(p s) = p q ¬s
    if (p === r || q === r) return and(x, s ^ 1);
    if (p === s || q === s) return and(x, r ^ 1);
    return undefined;
  }

  function and(a: Literal, b: Literal): Literal {
    check(a);
    check(b);
    if (a === FALSE || b === FALSE || a === (b ^ 1)) return FALSE;
    if (a === TRUE || a === b) return b;
    if (b === TRUE) return a;
    return lookInto(a, b) ?? lookInto(b, a) ?? lookIntoBoth(a, b) ?? hashedAnd(a, b);
  }

  const or = (a: Literal, b: Literal): Literal => and(a ^ 1, b ^ 1) ^ 1;

  function xor(a: Literal, b: Literal): Literal {
    // Inverters move to the output, so that all four polarities share their nodes.
    const p = a & ~1;
    const q = b & ~1;
    return and(and(p, q) ^ 1, and(p ^ 1, q ^ 1) ^ 1) ^ ((a ^ b) & 1);
  }

  function mux(select: Literal, a: Literal, b: Literal): Literal {
    if ((select & 1) === 1) return mux(select ^ 1, b, a);
    if (a === (b ^ 1)) return xor(select, b);
    if ((a & 1) === 1) return mux(select, a ^ 1, b ^ 1) ^ 1;
    if (a === b) return a;
    return or(and(select, a), and(select ^ 1, b));
  }

  function majority(a: Literal, b: Literal, c: Literal): Literal {
    if (a === b || a === c) return a;
    if (b === c || a === (c ^ 1)) return b;
    if (a === (b ^ 1)) return c;
    if (b === (c ^ 1)) return a;
    return or(and(a, b), and(c, or(a, b)));
  }

  newNode(NO_OPERAND, NO_OPERAND);
  return {
    get size() {
      return size;
    },
    input: () => 2 * newNode(NO_OPERAND, NO_OPERAND),
    not: (a) => a ^ 1,
    and,
    or,
    xor,
    mux,
    majority,
    isAnd(node) {
      check(2 * node);
      return lefts[node] !== NO_OPERAND;
    },
    left: (node) => lefts[node]!,
    right: (node) => rights[node]!,
  };
}

function doubled(old: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * old.length);
  larger.set(old);
  return larger;
}
