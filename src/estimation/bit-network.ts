/**
 * Logic bit by bit: nodes with shared structure, inversions on the edges.
 *
 * A literal names a bit: twice the number of its node, plus 1 if inverted, so that inverters are wiring. Node 0 is the
 * constant 0. Gates fold constants and equal operands and exist once per function of the same literals; everything that
 * is no gate (inputs, flip-flops, outputs of carry chains, products, memories) is a source.
 */

/** A bit: 2 · node + (1 if inverted). */
export type Literal = number;

export const FALSE: Literal = 0;
export const TRUE: Literal = 1;

/** A function of at most 6 bits. */
export interface Gate {
  /** What it reads; definitions are not followed. */
  readonly inputs: readonly Literal[];
  /** Bit k is its value where the inputs spell k, least significant first. */
  readonly truth: bigint;
}

/** Truth table of a multiplexer: select first, then its 1 and its 0. */
export const MULTIPLEXER = 0b11011000n;
/** Truth tables of the other gates. */
const AND = 0b1000n;
const XOR = 0b0110n;
const MAJORITY = 0b11101000n;

/** More than the largest literal of any design; pairs of literals are exact numbers below 2^53. */
const LITERALS = 2 ** 26;

/** A network of gates under construction. */
export interface BitNetwork {
  /** Number of nodes. */
  size(): number;
  /** Add a bit that no gate computes. */
  source(): Literal;
  and(a: Literal, b: Literal): Literal;
  or(a: Literal, b: Literal): Literal;
  xor(a: Literal, b: Literal): Literal;
  /** a where select, else b. */
  mux(select: Literal, a: Literal, b: Literal): Literal;
  /** At least two of three. */
  majority(a: Literal, b: Literal, c: Literal): Literal;
  /** Conjunction of any number of bits as a balanced tree. */
  andAll(bits: readonly Literal[]): Literal;
  /** A function of at most 6 bits: bit k of `truth` is its value where `inputs` spell k, least significant first. */
  table(truth: bigint, inputs: readonly Literal[]): Literal;
  /** Let a source stand for another bit; it must have no definition yet. */
  define(source: Literal, bit: Literal): void;
  /** Follow definitions to the bit behind. */
  resolve(bit: Literal): Literal;
  /** The gate of a node; undefined for sources and the constant. */
  gate(node: number): Gate | undefined;
  /** The multiplexer with a constant at one side that made a bit; undefined where none did. */
  gatedBit(bit: Literal): GatedBit | undefined;
}

/** A bit that is `value` where `select`, else `data`: what a synchronous set or reset can do for a flip-flop. */
export interface GatedBit {
  readonly select: Literal;
  readonly data: Literal;
  readonly value: 0 | 1;
}

/** Open an empty network. */
export function bitNetwork(): BitNetwork {
  const gates: (Gate | undefined)[] = [undefined];
  /** Gates of two inputs by both of them, all others by everything. */
  const ands = new Map<number, Literal>();
  const xors = new Map<number, Literal>();
  const known = new Map<string, Literal>();
  /** What a node stands for; itself, as a rule. */
  const defined: Literal[] = [0];
  const gated = new Map<Literal, GatedBit>();

  const addNode = (gate: Gate | undefined): Literal => {
    const bit = 2 * gates.length;
    gates.push(gate);
    defined.push(bit);
    return bit;
  };
  const source = (): Literal => addNode(undefined);
  const pair = (table: Map<number, Literal>, truth: bigint, a: Literal, b: Literal): Literal => {
    const key = a * LITERALS + b;
    let bit = table.get(key);
    if (bit === undefined) table.set(key, (bit = addNode({ inputs: [a, b], truth })));
    return bit;
  };
  const gate = (truth: bigint, inputs: readonly Literal[]): Literal => {
    const key = `${truth}:${inputs.join()}`;
    let bit = known.get(key);
    if (bit === undefined) known.set(key, (bit = addNode({ inputs, truth })));
    return bit;
  };
  const and = (a: Literal, b: Literal): Literal => {
    if (a === FALSE || b === FALSE || a === (b ^ 1)) return FALSE;
    if (a === TRUE || a === b) return b;
    if (b === TRUE) return a;
    return a < b ? pair(ands, AND, a, b) : pair(ands, AND, b, a);
  };
  const or = (a: Literal, b: Literal): Literal => and(a ^ 1, b ^ 1) ^ 1;
  const xor = (a: Literal, b: Literal): Literal => {
    if (a <= TRUE) return b ^ a;
    if (b <= TRUE) return a ^ b;
    const inverted = (a ^ b) & 1;
    const [p, q] = [a & ~1, b & ~1];
    if (p === q) return inverted;
    return (p < q ? pair(xors, XOR, p, q) : pair(xors, XOR, q, p)) ^ inverted;
  };
  const mux = (select: Literal, a: Literal, b: Literal): Literal => {
    if (select <= TRUE) return select === TRUE ? a : b;
    if (a === b) return a;
    if (select & 1) return mux(select ^ 1, b, a);
    if (a <= TRUE || b <= TRUE) {
      const result =
        a === FALSE
          ? and(select ^ 1, b)
          : a === TRUE
            ? or(select, b)
            : b === FALSE
              ? and(select, a)
              : or(select ^ 1, a);
      const data = a <= TRUE ? b : a;
      if (gates[result >> 1] !== undefined && result !== data && !gated.has(result)) {
        gated.set(result, { select: a <= TRUE ? select : select ^ 1, data, value: (a <= TRUE ? a : b) as 0 | 1 });
      }
      return result;
    }
    if (a === (b ^ 1)) return xor(select, b);
    return gate(MULTIPLEXER, [select, a, b]);
  };
  const majority = (a: Literal, b: Literal, c: Literal): Literal => {
    const [p, q, r] = [a, b, c].toSorted((x, y) => x - y) as [Literal, Literal, Literal];
    if (p === FALSE) return and(q, r);
    if (p === TRUE) return or(q, r);
    if (p >> 1 === q >> 1) return p === q ? p : r;
    if (q >> 1 === r >> 1) return q === r ? q : p;
    return gate(MAJORITY, [p, q, r]);
  };
  const andAll = (bits: readonly Literal[]): Literal => {
    let level = bits.length === 0 ? [TRUE] : [...bits];
    while (level.length > 1) {
      const next: Literal[] = [];
      for (let k = 0; k < level.length; k += 2)
        next.push(k + 1 < level.length ? and(level[k]!, level[k + 1]!) : level[k]!);
      level = next;
    }
    return level[0]!;
  };
  const table = (truth: bigint, inputs: readonly Literal[]): Literal => {
    if (inputs.length === 0) return truth & 1n ? TRUE : FALSE;
    const half = 1n << BigInt(inputs.length - 1);
    const low = truth & ((1n << half) - 1n);
    const high = truth >> half;
    const last = inputs.at(-1)!;
    if (low === high || last <= TRUE) return table(last === TRUE ? high : low, inputs.slice(0, -1));
    // An input that stands in no half can hide below the last one: take it out before the gate is made.
    for (let k = 0; k + 1 < inputs.length; k += 1) {
      const [zero, one] = [cofactor(truth, inputs.length, k, 0), cofactor(truth, inputs.length, k, 1)];
      if (zero === one || inputs[k]! <= TRUE) return table(inputs[k] === TRUE ? one : zero, inputs.toSpliced(k, 1));
    }
    if (inputs.length === 1) return truth === 1n ? inputs[0]! ^ 1 : inputs[0]!;
    // A function and its complement are one gate.
    if (truth & 1n) return table(truth ^ ((1n << (2n * half)) - 1n), inputs) ^ 1;
    return gate(truth, inputs);
  };
  const resolve = (bit: Literal): Literal => {
    let at = bit;
    for (let to = defined[at >> 1]!; to >> 1 !== at >> 1; to = defined[at >> 1]!) at = to ^ (at & 1);
    return at;
  };
  return {
    size: () => gates.length,
    source,
    and,
    or,
    xor,
    mux,
    majority,
    andAll,
    table,
    define: (from, bit) => {
      if (from >> 1 !== bit >> 1) defined[from >> 1] = bit ^ (from & 1);
    },
    resolve,
    gate: (node) => gates[node],
    gatedBit: (bit) => gated.get(bit),
  };
}

/** Fix input `k` of a truth table. */
function cofactor(truth: bigint, inputs: number, k: number, value: 0 | 1): bigint {
  let result = 0n;
  for (let row = 0; row < 2 ** (inputs - 1); row += 1) {
    const low = row & (2 ** k - 1);
    const from = ((row >> k) << (k + 1)) | (value << k) | low;
    if ((truth >> BigInt(from)) & 1n) result |= 1n << BigInt(row);
  }
  return result;
}
