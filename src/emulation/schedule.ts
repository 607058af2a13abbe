/**
 * The order in which a compiled circuit is computed: operations, pairs of 16-bit operands, and tiles of dot products.
 *
 * Products read pairs that all products of their level share, and several products make a tile, so that a pair is
 * loaded once for all of them. A level is one more than that of a product's leaves: first come its tiles, then its
 * operations.
 */
import type { Circuit, Wire } from '../circuit/index.ts';
import { ALL_BITS } from './demand.ts';
import { codeOperands } from './extremum.ts';
import { plainFinish } from './products.ts';
import type { Finish, Product, Products } from './products.ts';

/** A value of the schedule: a wire, or circuit.ops.length + the index of a pair. */
export type ValueId = number;

/** Two leaves in the low and high halves of the lanes; without `b` the high halves are zero. */
export interface PairStep {
  readonly kind: 'pair';
  readonly id: ValueId;
  readonly a: Wire;
  readonly b: Wire | undefined;
}

/** How values follow from sums that hold them times 2^drop. */
export interface Reading extends Finish {
  readonly drop: number;
}

export interface TileStep {
  readonly kind: 'tile';
  readonly reading: Reading;
  readonly products: readonly Product[];
  readonly pairs: readonly ValueId[];
  /** weights[product][pair]: the coefficient of `a` in the low and that of `b` in the high half of an integer. */
  readonly weights: readonly (readonly number[])[];
}

export type Step =
  | { readonly kind: 'operation'; readonly wire: Wire }
  /** Copy a product to the outputs. */
  | { readonly kind: 'output'; readonly wire: Wire }
  | PairStep
  | TileStep;

/** Products of a tile: as many sums (and sums of remainders) as stay in registers for two lane groups. */
const PLAIN_TILE = 4;
const DROPPING_TILE = 2;
/** What starting a tile costs, in coefficient pairs. */
const TILE_COST = 8;

/** List the values that a step reads, before `root`. */
export function readsOf(circuit: Circuit, step: Step): readonly ValueId[] {
  if (step.kind === 'operation') return codeOperands(circuit, circuit.ops[step.wire]!);
  if (step.kind === 'output') return [step.wire];
  if (step.kind === 'tile') return step.pairs;
  return step.b === undefined ? [step.a] : [step.a, step.b];
}

/** List the values that a step computes. */
export function writesOf(step: Step): readonly ValueId[] {
  if (step.kind === 'operation') return [step.wire];
  if (step.kind === 'output') return [];
  return step.kind === 'tile' ? step.products.map((product) => product.wire) : [step.id];
}

interface Level {
  readonly products: Product[];
  readonly operations: Wire[];
}

/** Sort what is computed into levels. */
function levelsOf(circuit: Circuit, root: Int32Array, { products, needed }: Products): Level[] {
  const levelOf = new Int32Array(circuit.ops.length);
  const levels: Level[] = [];
  for (let wire = 0; wire < circuit.ops.length; wire++) {
    if (needed[wire] === 0) continue;
    const product = products.get(wire);
    let level = 0;
    for (const operand of product?.form.leaves ?? codeOperands(circuit, circuit.ops[wire]!)) {
      level = Math.max(level, levelOf[root[operand]!]!);
    }
    if (product !== undefined) level++;
    levelOf[wire] = level;
    while (levels.length <= level) levels.push({ products: [], operations: [] });
    if (product !== undefined) levels[level]!.products.push(product);
    else levels[level]!.operations.push(wire);
  }
  return levels;
}

/** The pairs of a level by their leaves: neighbours in the order of the circuit. */
function pairLeaves(products: readonly Product[], root: Int32Array, firstId: ValueId): PairStep[] {
  const leaves = [...new Set(products.flatMap(({ form }) => form.leaves.map((leaf) => root[leaf]!)))];
  leaves.sort((p, q) => p - q);
  const pairs: PairStep[] = [];
  for (let k = 0; k < leaves.length; k += 2) {
    pairs.push({ kind: 'pair', id: firstId + pairs.length, a: leaves[k]!, b: leaves[k + 1] });
  }
  return pairs;
}

/** Return how a product's value is read; bits above those that anyone looks at may stay. */
function readingOf(product: Product, demand: Uint8Array): Reading {
  const { wire, form, bits, finish } = product;
  const { drop } = form;
  const plain = plainFinish(product);
  if (finish !== undefined) return { drop, ...finish };
  return demand[wire]! <= bits && demand[wire]! < ALL_BITS
    ? { ...plain, drop, left: 0, right: drop }
    : { ...plain, drop };
}

/** Name a reading; equal ones have equal names. */
export function readingKey({ drop, bias, left, right, signed, lo, hi }: Reading): string {
  return [drop, bias, left, right, signed, lo, hi].join();
}

/** Group products that are read alike, in order, into tiles; one whose pairs differ much starts a new tile. */
function tilesOf(
  products: readonly Product[],
  pairs: readonly PairStep[],
  root: Int32Array,
  demand: Uint8Array,
): TileStep[] {
  const place = new Map<Wire, readonly [pair: ValueId, shift: number]>();
  for (const { id, a, b } of pairs) {
    place.set(a, [id, 0]);
    if (b !== undefined) place.set(b, [id, 16]);
  }
  const alike = new Map<string, { readonly reading: Reading; readonly members: Product[] }>();
  for (const product of products) {
    const reading = readingOf(product, demand);
    const key = readingKey(reading);
    const group = alike.get(key);
    if (group === undefined) alike.set(key, { reading, members: [product] });
    else group.members.push(product);
  }
  const tiles: TileStep[] = [];
  for (const { reading, members } of alike.values()) {
    const size = reading.drop === 0 ? PLAIN_TILE : DROPPING_TILE;
    let tile: Product[] = [];
    let columns: Map<ValueId, number>[] = [];
    let used = new Set<ValueId>();
    const close = (): void => {
      if (tile.length === 0) return;
      const inOrder = [...used].toSorted((p, q) => p - q);
      tiles.push({
        kind: 'tile',
        reading,
        products: tile,
        pairs: inOrder,
        weights: columns.map((weights) => inOrder.map((pair) => weights.get(pair) ?? 0)),
      });
      tile = [];
      columns = [];
      used = new Set();
    };
    for (const product of members) {
      const weights = new Map<ValueId, number>();
      for (const [at, leaf] of product.form.leaves.entries()) {
        const [pair, shift] = place.get(root[leaf]!)!;
        weights.set(pair, (weights.get(pair) ?? 0) | ((product.form.coefficients[at]! & 0xffff) << shift));
      }
      const together = new Set([...used, ...weights.keys()]);
      const apart = used.size * tile.length + weights.size + TILE_COST;
      if (tile.length === size || together.size * (tile.length + 1) > apart) close();
      tile.push(product);
      columns.push(weights);
      for (const pair of weights.keys()) used.add(pair);
    }
    close();
  }
  return tiles;
}

/** Put everything that is computed in order. */
export function scheduleSteps(
  circuit: Circuit,
  root: Int32Array,
  chosen: Products,
  demand: Uint8Array,
): { steps: Step[]; pairs: number } {
  const levels = levelsOf(circuit, root, chosen);
  const outputs = new Set(circuit.outputs.flatMap((port) => port.wires.map((wire) => root[wire]!)));
  let pairCount = 0;
  const pairsOfLevel = levels.map(({ products }) => {
    const pairs = pairLeaves(products, root, circuit.ops.length + pairCount);
    pairCount += pairs.length;
    return pairs;
  });
  /** Pairs that wait for a wire; the count is of wires that are still missing. */
  const waiting = new Map<Wire, { readonly pair: PairStep; missing: number }[]>();
  for (const pair of pairsOfLevel.flat()) {
    const entry = { pair, missing: pair.b === undefined ? 1 : 2 };
    for (const leaf of pair.b === undefined ? [pair.a] : [pair.a, pair.b]) {
      const list = waiting.get(leaf);
      if (list === undefined) waiting.set(leaf, [entry]);
      else list.push(entry);
    }
  }
  const steps: Step[] = [];
  const ready: PairStep[] = [];
  const push = (step: Step): void => {
    steps.push(step);
    for (const value of writesOf(step)) {
      for (const entry of waiting.get(value) ?? []) if (--entry.missing === 0) ready.push(entry.pair);
    }
    // Pairs go with operations, so that a level's tiles stay together.
    if (step.kind === 'operation') steps.push(...ready.splice(0));
  };
  for (const [level, { products, operations }] of levels.entries()) {
    for (const tile of tilesOf(products, pairsOfLevel[level]!, root, demand)) push(tile);
    steps.push(...ready.splice(0));
    for (const { wire } of products) if (outputs.has(wire)) push({ kind: 'output', wire });
    for (const wire of operations) push({ kind: 'operation', wire });
  }
  return { steps, pairs: pairCount };
}
