/**
 * Families: the wires of a circuit that are computed alike, so that one loop can compute them all.
 *
 * The circuit is first read as nodes: linear forms instead of adder trees, and every other operation as it is. Nodes of
 * equal depth with the same operation, whose operands come from the same families, form a family; constants may differ
 * and become parameters. A dense layer is one family of sums, an activation a family per step.
 */
import type { Circuit, Op, Wire, WireType } from '../../circuit/index.ts';
import { castType, roundedInterval } from '../../circuit/index.ts';
import { type FixedFormat, formatText, fractionBits, rawRange } from '../../fixed/index.ts';
import { type CastUse, servesUse, servesUseModulo, strictest, wrapsWide } from './cast-modes.ts';
import { findChain } from './chain.ts';
import {
  isLinear,
  linearForm,
  type LinearTerm,
  modulusOf,
  type Modulus,
  productType,
  rawAt,
  type Rational,
} from './linear-form.ts';
import type { Range } from './scalar.ts';

/** Forms with at most so many terms are written out; longer ones are sums over weights. */
const WRITTEN_TERMS = 2;

interface NodeBase {
  /** Operands are at smaller depths; inputs and constants at 0. */
  readonly depth: number;
  readonly operands: readonly Node[];
}

export type LeafOp = Exclude<Op, { kind: 'input' | 'constant' | 'add' | 'scale' | 'negate' }>;

export type Node =
  | (NodeBase & { readonly kind: 'input'; readonly port: number; readonly index: number; readonly type: WireType })
  | (NodeBase & { readonly kind: 'constant'; readonly value: Rational })
  | (NodeBase & {
      readonly kind: 'linear';
      readonly terms: readonly NodeTerm[];
      readonly constant: Rational;
      readonly modulus: Modulus;
      /** The cast after every term, in the order of the terms. */
      readonly chain?: FixedFormat;
    })
  | (NodeBase & { readonly kind: 'operation'; readonly op: LeafOp; readonly type: WireType });

export type LinearNode = Extract<Node, { kind: 'linear' }>;

export interface NodeTerm {
  readonly node: Node;
  readonly coefficient: Rational;
  readonly format: FixedFormat | undefined;
}

/** How the products of a family of sums are cast before they are added. */
export interface TermCast {
  readonly format: FixedFormat;
  /** False where the sum wraps them away at its end. */
  readonly overflow: boolean;
}

interface FamilyBase {
  readonly id: number;
  readonly members: readonly Node[];
  /** Fraction bits of every member's raw code. */
  readonly fraction: number;
  /** Per member, of raw codes with `fraction` fraction bits. */
  readonly ranges: readonly Range[];
}

export type Family =
  | (FamilyBase & {
      readonly kind: 'sum';
      readonly termCast: TermCast | undefined;
      /** The cast after every term. */
      readonly chain: FixedFormat | undefined;
    })
  /** Members written as a few terms each, in the order of `terms`. */
  | (FamilyBase & { readonly kind: 'linear'; readonly terms: readonly (readonly NodeTerm[])[] })
  | (FamilyBase & { readonly kind: 'operation'; readonly op: LeafOp });

/** Where a node's raw code is found. */
export interface Place {
  readonly family: Family;
  readonly member: number;
}

export interface Families {
  readonly families: readonly Family[];
  readonly places: ReadonlyMap<Node, Place>;
  /** One node per element of every output port. */
  readonly outputs: readonly (readonly Node[])[];
}

/** Fraction bits of a node's raw code; families of operands must be known. */
export function fractionOf(node: Node, places: ReadonlyMap<Node, Place>): number {
  if (node.kind === 'input') return node.type.fraction;
  if (node.kind === 'constant') return node.value.fraction;
  return places.get(node)!.family.fraction;
}

/** Interval of a node's raw code. */
export function rangeOf(node: Node, places: ReadonlyMap<Node, Place>): Range {
  if (node.kind === 'input') return node.type;
  if (node.kind === 'constant') return { lo: node.value.raw, hi: node.value.raw };
  const { family, member } = places.get(node)!;
  return family.ranges[member]!;
}

/**
 * Divide the operations that a circuit's outputs need into families, operands first.
 *
 * @param inputTypes - per port, the types of its elements where more is known than their formats
 */
export function findFamilies(circuit: Circuit, inputTypes: readonly (readonly WireType[] | undefined)[]): Families {
  const { nodes, outputs } = readNodes(circuit, inputTypes);
  const places = new Map<Node, Place>();
  const families: Family[] = [];
  const found = (family: Family): void => {
    families.push(family);
    for (const [member, node] of family.members.entries()) places.set(node, { family, member });
  };
  const levels = new Map<number, Node[]>();
  for (const node of nodes) {
    if (node.depth === 0) continue;
    const level = levels.get(node.depth);
    if (level === undefined) levels.set(node.depth, [node]);
    else level.push(node);
  }
  for (const depth of [...levels.keys()].toSorted((a, b) => a - b)) {
    const groups = new Map<string, Node[]>();
    for (const node of levels.get(depth)!) {
      const key = familyKey(node, places);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [node]);
      else group.push(node);
    }
    for (const group of groups.values()) {
      for (const family of familiesOf(group, places, families.length)) found({ ...family, id: families.length });
    }
  }
  return { families, places, outputs };
}

function readNodes(
  circuit: Circuit,
  inputTypes: readonly (readonly WireType[] | undefined)[],
): { nodes: Node[]; outputs: Node[][] } {
  const { ops, types } = circuit;
  const nodes: Node[] = [];
  const known = new Map<string, Node>();
  const remember = (key: string, make: () => Node): Node => {
    let node = known.get(key);
    if (node === undefined) {
      node = make();
      known.set(key, node);
      nodes.push(node);
    }
    return node;
  };
  const depthOf = (operands: readonly Node[]): number => operands.reduce((d, node) => Math.max(d, node.depth), 0) + 1;

  const linear = (wire: Wire, modulus: Modulus): Node => {
    const form = linearForm(circuit, wire, modulus);
    const absorb = form.terms.length > WRITTEN_TERMS && oneTermCast(termUses(circuit, form.terms), modulus);
    const terms = form.terms.map(({ wire: source, coefficient, cast }): NodeTerm => {
      if (cast === undefined) return { node: node(source), coefficient, format: undefined };
      if (!absorb) return { node: node(cast), coefficient: { raw: 1n, fraction: 0 }, format: undefined };
      return { node: node(source), coefficient, format: (ops[cast] as LeafOp & { kind: 'cast' }).format };
    });
    const operands = terms.map((term) => term.node);
    return { kind: 'linear', depth: depthOf(operands), operands, terms, constant: form.constant, modulus };
  };
  const chained = (wire: Wire): Node | undefined => {
    const chain = findChain(circuit, wire);
    if (chain === undefined) return undefined;
    const uses = termUses(circuit, chain.terms);
    if (uses.some((use) => use.format !== undefined) && !oneTermCast(uses, undefined)) return undefined;
    const terms = chain.terms.map(({ wire: source, coefficient }, k): NodeTerm => ({
      node: node(source),
      coefficient,
      format: uses[k]!.format,
    }));
    const operands = terms.map((term) => term.node);
    const constant = chain.start;
    return { kind: 'linear', depth: 1, operands, terms, constant, modulus: undefined, chain: chain.format };
  };
  const node = (wire: Wire): Node => {
    const op = ops[wire]!;
    if (op.kind === 'input') {
      return remember(String(wire), () => ({
        kind: 'input',
        depth: 0,
        operands: [],
        port: op.port,
        index: op.index,
        type: inputTypes[op.port]?.[op.index] ?? types[wire]!,
      }));
    }
    if (op.kind === 'constant') {
      const { lo, fraction } = types[wire]!;
      return remember(String(wire), () => ({
        kind: 'constant',
        depth: 0,
        operands: [],
        value: { raw: lo, fraction },
      }));
    }
    if (isLinear(circuit, wire)) return remember(String(wire), () => linear(wire, undefined));
    return remember(String(wire), () => {
      const leaf = op as LeafOp;
      const chain = leaf.kind === 'cast' ? chained(wire) : undefined;
      if (chain !== undefined) return chain;
      const operands = operandWires(leaf).map((operand) => {
        const modulus = leaf.kind === 'cast' && leaf.a === operand ? modulusOf(circuit, leaf) : undefined;
        if (modulus === undefined || !isLinear(circuit, operand)) return node(operand);
        return remember(`${operand}m${modulus.width},${modulus.integer}`, () => linear(operand, modulus));
      });
      return { kind: 'operation', depth: depthOf(operands), operands, op: leaf, type: types[wire]! };
    });
  };
  const outputs = circuit.outputs.map((port) => port.wires.map(node));
  return { nodes, outputs };
}

function operandWires(op: LeafOp): readonly Wire[] {
  switch (op.kind) {
    case 'cast':
    case 'table':
      return [op.a];
    case 'select':
      return [op.condition, op.a, op.b];
    case 'multiply':
    case 'compare':
    case 'bitwise':
      return [op.a, op.b];
    default:
      op satisfies never;
      return [];
  }
}

function termUses(circuit: Circuit, terms: readonly LinearTerm[]): CastUse[] {
  return terms.map(({ wire, coefficient, cast }) => ({
    type: productType(circuit.types[wire]!, coefficient),
    format: cast === undefined ? undefined : (circuit.ops[cast] as LeafOp & { kind: 'cast' }).format,
  }));
}

/** The cast of all products of a sum if one serves them all, and whether any is needed. */
function oneTermCast(uses: readonly CastUse[], modulus: Modulus): boolean {
  const candidate = strictest(uses.flatMap(({ format }) => (format === undefined ? [] : [format])));
  return candidate !== undefined && uses.every((use) => servesTerm(use, candidate, modulus));
}

function servesTerm(use: CastUse, candidate: FixedFormat, modulus: Modulus): boolean {
  return modulus !== undefined && wrapsWide(candidate, modulus)
    ? servesUseModulo(use, candidate, modulus)
    : servesUse(use, candidate);
}

function sourceKey(node: Node, places: ReadonlyMap<Node, Place>): string {
  if (node.kind === 'input') return `p${node.port}`;
  if (node.kind === 'constant') return 'k';
  return `f${places.get(node)!.family.id}`;
}

/** Nodes of equal depth and key may share a family, up to the modes of their casts. */
function familyKey(node: Node, places: ReadonlyMap<Node, Place>): string {
  const operandKey = (operand: Node): string => `${sourceKey(operand, places)}.${fractionOf(operand, places)}`;
  if (node.kind === 'linear') {
    const sources = [...new Set(node.operands.map((operand) => sourceKey(operand, places)))].toSorted();
    const modulus = node.modulus === undefined ? '' : formatText(node.modulus);
    const chain = node.chain === undefined ? '' : `after every term ${formatText(node.chain)}`;
    return `linear ${modulus} ${chain} ${sources.join()}`;
  }
  if (node.kind !== 'operation') throw new Error('inputs and constants have no family');
  const operands = node.operands.map(operandKey).join();
  const { op } = node;
  switch (op.kind) {
    case 'cast':
      return `cast ${fractionBits(op.format)} ${operands}`;
    case 'table':
      return `table ${op.table} ${operands}`;
    case 'compare':
      return `compare ${op.relation} ${operands}`;
    case 'bitwise':
      return `bitwise ${op.operation} ${operands}`;
    case 'select':
    case 'multiply':
      return `${op.kind} ${node.type.fraction} ${operands}`;
    default:
      return op satisfies never;
  }
}

/** Make the families of one group: several where one cast cannot serve all, or where written forms differ. */
function familiesOf(group: readonly Node[], places: ReadonlyMap<Node, Place>, id: number): Family[] {
  const first = group[0]!;
  if (first.kind === 'operation') {
    if (first.op.kind !== 'cast') return [operationFamily(group, first.op, id)];
    return byCast(group, (node) => [castUseOf(node, places)], servesUse).map(({ members, format }) =>
      operationFamily(members, { ...(first.op as LeafOp & { kind: 'cast' }), format: format! }, id),
    );
  }
  const linear = group as readonly LinearNode[];
  const isSum = linear.some(({ terms, chain }) => chain !== undefined || terms.length > WRITTEN_TERMS);
  if (!isSum) return writtenFamilies(linear, places, id);
  const { modulus } = linear[0]!;
  return byCast(
    linear,
    (node) => (node as LinearNode).terms.map((term) => termUse(term, places)),
    (use, candidate) => servesTerm(use, candidate, modulus),
  ).map(({ members, format }) => sumFamily(members as LinearNode[], format, modulus, places, id));
}

function castUseOf(node: Node, places: ReadonlyMap<Node, Place>): CastUse {
  const operand = node.operands[0]!;
  const { op } = node as Node & { kind: 'operation' };
  return {
    type: { ...rangeOf(operand, places), fraction: fractionOf(operand, places) },
    format: (op as LeafOp & { kind: 'cast' }).format,
  };
}

function termUse({ node, coefficient, format }: NodeTerm, places: ReadonlyMap<Node, Place>): CastUse {
  const type = { ...rangeOf(node, places), fraction: fractionOf(node, places) };
  return { type: productType(type, coefficient), format };
}

/** Split members so that within a part one cast serves all uses of all members. */
function byCast(
  members: readonly Node[],
  usesOf: (node: Node) => readonly CastUse[],
  serves: (use: CastUse, candidate: FixedFormat) => boolean,
): { members: Node[]; format: FixedFormat | undefined }[] {
  const parts: { members: Node[]; format: FixedFormat | undefined }[] = [];
  let rest = members.map((node) => ({ node, uses: usesOf(node) }));
  while (rest.length > 0) {
    const candidates = new Map<string, FixedFormat>();
    for (const { uses } of rest) {
      const own = strictest(uses.flatMap((use) => use.format ?? []));
      if (own !== undefined) candidates.set(formatText(own), own);
    }
    // The largest part first; sums without any cast of their own come last.
    let part: { format: FixedFormat | undefined; served: typeof rest } = { format: undefined, served: [] };
    for (const format of candidates.values()) {
      const served = rest.filter(({ uses }) => uses.every((use) => serves(use, format)));
      if (served.length > part.served.length) part = { format, served };
    }
    if (candidates.size === 0) part = { format: undefined, served: rest };
    if (part.served.length === 0) throw new Error('no cast serves the sum that it was taken from');
    parts.push({ members: part.served.map(({ node }) => node), format: part.format });
    const taken = new Set(part.served);
    rest = rest.filter((member) => !taken.has(member));
  }
  return parts;
}

function operationFamily(members: readonly Node[], op: LeafOp, id: number): Family {
  const types = members.map((node) => (node as Node & { kind: 'operation' }).type);
  return { kind: 'operation', id, op, members, fraction: types[0]!.fraction, ranges: types };
}

/** Short forms with equal sources in equal order. */
function writtenFamilies(group: readonly LinearNode[], places: ReadonlyMap<Node, Place>, id: number): Family[] {
  const parts = new Map<string, { members: LinearNode[]; terms: (readonly NodeTerm[])[] }>();
  for (const node of group) {
    const keyed = node.terms.map((term) => ({ key: sourceKey(term.node, places), term }));
    keyed.sort((p, q) => (p.key < q.key ? -1 : p.key > q.key ? 1 : 0));
    const key = keyed.map((entry) => entry.key).join();
    const part = parts.get(key) ?? { members: [], terms: [] };
    part.members.push(node);
    part.terms.push(keyed.map((entry) => entry.term));
    parts.set(key, part);
  }
  return [...parts.values()].map(({ members, terms }): Family => {
    const fraction = formFraction(members, undefined, places);
    const ranges = members.map((node) => formRange(node, fraction, undefined, places).result);
    return { kind: 'linear', id, members, terms, fraction, ranges };
  });
}

function sumFamily(
  members: readonly LinearNode[],
  format: FixedFormat | undefined,
  modulus: Modulus,
  places: ReadonlyMap<Node, Place>,
  id: number,
): Family {
  const termCast =
    format === undefined ? undefined : { format, overflow: modulus === undefined || !wrapsWide(format, modulus) };
  const { chain } = members[0]!;
  if (chain !== undefined) {
    const ranges = members.map(() => rawRange(chain));
    return { kind: 'sum', id, members, termCast, chain, fraction: fractionBits(chain), ranges };
  }
  const fraction = formFraction(members, termCast, places);
  const ranges = members.map((node) => formRange(node, fraction, termCast, places).result);
  return { kind: 'sum', id, members, termCast, chain, fraction, ranges };
}

/** Fraction bits that hold every term and constant exactly. */
function formFraction(
  members: readonly LinearNode[],
  termCast: TermCast | undefined,
  places: ReadonlyMap<Node, Place>,
): number {
  let fraction = Number.NEGATIVE_INFINITY;
  for (const { terms, constant } of members) {
    if (constant.raw !== 0n) fraction = Math.max(fraction, constant.fraction);
    if (termCast !== undefined) fraction = Math.max(fraction, fractionBits(termCast.format));
    else
      for (const { node, coefficient } of terms)
        fraction = Math.max(fraction, fractionOf(node, places) + coefficient.fraction);
  }
  return fraction === Number.NEGATIVE_INFINITY ? 0 : fraction;
}

/**
 * Bound a form in codes with `fraction` fraction bits.
 *
 * @returns the interval of the sum, and one that also holds every sum of some of its terms with the constant
 */
export function formRange(
  { terms, constant }: LinearNode,
  fraction: number,
  termCast: TermCast | undefined,
  places: ReadonlyMap<Node, Place>,
): { result: Range; partial: Range } {
  const start = rawAt(constant, fraction);
  const result = { lo: start, hi: start };
  const partial = { lo: start, hi: start };
  for (const term of terms) {
    const range = termRange(term, fraction, termCast, places);
    result.lo += range.lo;
    result.hi += range.hi;
    if (range.lo < 0n) partial.lo += range.lo;
    if (range.hi > 0n) partial.hi += range.hi;
  }
  return { result, partial };
}

function termRange(
  term: NodeTerm,
  fraction: number,
  termCast: TermCast | undefined,
  places: ReadonlyMap<Node, Place>,
): Range {
  const { type } = termUse(term, places);
  if (termCast === undefined) return rangeAt(type, type.fraction, fraction);
  const { format, overflow } = termCast;
  return rangeAt(overflow ? castType(type, format) : roundedInterval(type, format), fractionBits(format), fraction);
}

function rangeAt({ lo, hi }: Range, from: number, to: number): Range {
  return { lo: rawAt({ raw: lo, fraction: from }, to), hi: rawAt({ raw: hi, fraction: from }, to) };
}
