/**
 * From families to loops: which families share a loop, in which order their members run, and which arrays they need.
 *
 * A family whose members are each read once, by the members of one loop, is computed inside that loop and needs no
 * array: a dense layer with its casts and its activation is one loop per layer. Sums need the array of their elements.
 */
import type { Circuit, Table, WireType } from '../../circuit/index.ts';
import { fractionBits } from '../../fixed/index.ts';
import type { ArrayStore } from './arrays.ts';
import { type Families, type Family, findFamilies, fractionOf, type Node, type Place, rangeOf } from './families.ts';
import { type Joint, jointOf } from './joint.ts';
import { operationScalar, writtenScalar } from './family-code.ts';
import type { ArrayId, IndexMap, Loop, LoopOperand, Reduction } from './program.ts';
import { reductionOf } from './reduction.ts';
import { type Range, scalarBuilder, unite, type Value } from './scalar.ts';

/** A copy of nodes into elements of an array, in the array's fraction bits. */
interface Copy {
  readonly target: ArrayId;
  readonly positions: readonly number[];
  readonly nodes: readonly Node[];
  readonly fraction: number;
}

/** One loop while it grows: families by the order in which their members run. */
interface Draft {
  readonly count: number;
  readonly orders: Map<Family, readonly number[]>;
  /** What the loop is for: the family it fills an array with, or a copy. */
  readonly root: Family | Copy;
}

export interface RolledCircuit {
  readonly loops: readonly Loop[];
  readonly scratch: readonly ArrayId[];
}

/**
 * Write a circuit as loops.
 *
 * @param inputs - the arrays of the input ports
 * @param outputs - the arrays of the output ports, which the loops fill
 */
export function rollCircuit(
  circuit: Circuit,
  store: ArrayStore,
  inputs: readonly ArrayId[],
  outputs: readonly ArrayId[],
  known: {
    /** As for `findFamilies`. */
    readonly inputTypes: readonly (readonly WireType[] | undefined)[];
    /** Per port, fraction bits of all its raw codes in place of those of their formats. */
    readonly outputFractions: readonly (number | undefined)[];
  },
): RolledCircuit {
  const found = findFamilies(circuit, known.inputTypes);
  const { families, places } = found;
  const scratch: ArrayId[] = [];
  const arrayOf = new Map<Family, ArrayId>();
  const joints = new Map<Family, Joint>();
  const copies: { before: number; copy: Copy }[] = [];

  for (const family of families) {
    if (family.kind !== 'sum') continue;
    const joint = jointOf(family, places);
    joints.set(family, joint);
    if (joint.single !== undefined) continue;
    const range = joint.nodes.map((node) => rangeOf(node, places)).reduce(unite);
    const target = store.scratch('terms', joint.nodes.length, range);
    scratch.push(target);
    joint.array = target;
    for (const copy of copiesTo(target, joint.nodes, () => undefined, places)) copies.push({ before: family.id, copy });
  }
  for (const [k, port] of circuit.outputs.entries()) {
    const fraction = (element: number): number => known.outputFractions[k] ?? fractionBits(port.formats[element]!);
    for (const copy of copiesTo(outputs[k]!, found.outputs[k]!, fraction, places)) {
      copies.push({ before: families.length, copy });
    }
  }

  const drafts = draftLoops(found, copies, joints);
  for (const draft of drafts) {
    const { root } = draft;
    if (!isFamily(root)) continue;
    const array = store.scratch('v', root.members.length, root.ranges.reduce(unite));
    scratch.push(array);
    arrayOf.set(root, array);
  }
  const context: Context = { circuit, store, inputs, arrayOf, joints, places };
  return { loops: drafts.map((draft) => writeLoop(draft, context)), scratch };
}

interface Context {
  readonly circuit: Circuit;
  readonly store: ArrayStore;
  readonly inputs: readonly ArrayId[];
  readonly arrayOf: ReadonlyMap<Family, ArrayId>;
  readonly joints: ReadonlyMap<Family, Joint>;
  readonly places: ReadonlyMap<Node, Place>;
}

const isFamily = (root: Family | Copy): root is Family => 'members' in root;

/** Copies of nodes to consecutive elements, one per source and binary point. */
function copiesTo(
  target: ArrayId,
  nodes: readonly Node[],
  fractionAt: (element: number) => number | undefined,
  places: ReadonlyMap<Node, Place>,
): Copy[] {
  const parts = new Map<string, { target: ArrayId; positions: number[]; nodes: Node[]; fraction: number }>();
  for (const [element, node] of nodes.entries()) {
    const own = fractionOf(node, places);
    const fraction = fractionAt(element) ?? own;
    const source =
      node.kind === 'input' ? `p${node.port}` : node.kind === 'constant' ? 'k' : `f${places.get(node)!.family.id}`;
    const key = `${source} ${own} ${fraction}`;
    const part = parts.get(key) ?? { target, positions: [], nodes: [], fraction };
    part.positions.push(element);
    part.nodes.push(node);
    parts.set(key, part);
  }
  return [...parts.values()];
}

/** Give every copy a loop, and every family the loop of its only reader or one of its own; in order of execution. */
function draftLoops(
  { families, places }: Families,
  copies: readonly { before: number; copy: Copy }[],
  joints: ReadonlyMap<Family, Joint>,
): Draft[] {
  const drafts: { at: number; draft: Draft }[] = [];
  const readers = new Map<Family, { draft: Draft; members: readonly number[] }[]>();
  const pinned = new Set<Family>();
  const read = (draft: Draft, nodes: readonly Node[]): void => {
    const first = nodes[0]!;
    if (first.kind === 'input' || first.kind === 'constant') return;
    const { family } = places.get(first)!;
    const members = nodes.map((node) => places.get(node)!.member);
    readers.set(family, [...(readers.get(family) ?? []), { draft, members }]);
  };
  for (const { before, copy } of copies) {
    const draft: Draft = { count: copy.nodes.length, orders: new Map(), root: copy };
    drafts.push({ at: before - 0.5, draft });
    read(draft, copy.nodes);
  }
  for (const family of families.toReversed()) {
    const host = pinned.has(family) ? undefined : hostOf(family, readers.get(family) ?? []);
    let draft: Draft;
    let order: readonly number[];
    if (host === undefined) {
      order = family.members.map((_, k) => k);
      draft = { count: order.length, orders: new Map(), root: family };
      drafts.push({ at: family.id, draft });
    } else {
      ({ draft } = host);
      order = host.members;
    }
    draft.orders.set(family, order);
    if (family.kind === 'sum') {
      const { single } = joints.get(family)!;
      if (single !== undefined && 'members' in single) pinned.add(single);
    } else {
      for (let slot = 0; slot < slotCount(family); slot++) {
        read(
          draft,
          order.map((member) => operandAt(family, member, slot)),
        );
      }
    }
  }
  return drafts.toSorted((a, b) => a.at - b.at).map(({ draft }) => draft);
}

/** The one loop that reads every member of a family exactly where it runs, if there is one. */
function hostOf(
  family: Family,
  readers: readonly { draft: Draft; members: readonly number[] }[],
): { draft: Draft; members: readonly number[] } | undefined {
  const first = readers[0];
  if (first === undefined) return undefined;
  const { draft, members } = first;
  if (draft.count !== family.members.length || new Set(members).size !== members.length) return undefined;
  if (family.kind === 'sum' && [...draft.orders.keys()].some((other) => other.kind === 'sum')) return undefined;
  const alike = readers.every(
    (reader) => reader.draft === draft && reader.members.every((member, k) => member === members[k]),
  );
  return alike ? first : undefined;
}

function slotCount(family: Family): number {
  return family.kind === 'linear' ? family.terms[0]!.length : family.members[0]!.operands.length;
}

function operandAt(family: Family, member: number, slot: number): Node {
  return family.kind === 'linear' ? family.terms[member]![slot]!.node : family.members[member]!.operands[slot]!;
}

function writeLoop(draft: Draft, context: Context): Loop {
  const { circuit, store, places } = context;
  const b = scalarBuilder();
  const operands: LoopOperand[] = [];
  const operandKeys = new Map<string, number>();
  const values = new Map<Family, Value>();
  let reduction: Reduction | undefined;

  const slot = (operand: LoopOperand, range: Range): Value => {
    const key = JSON.stringify(operand);
    const known = operandKeys.get(key) ?? operands.push(operand) - 1;
    operandKeys.set(key, known);
    return b.operand(known, range);
  };
  const parameter = (raws: readonly bigint[]): Value => {
    if (raws.every((raw) => raw === raws[0])) return b.constant(raws[0]!);
    const array = store.constant('p', raws);
    return slot({ kind: 'element', array, index: { kind: 'affine', base: 0, stride: 1 } }, rangeOfValues(raws));
  };
  /** The raw code of one node per iteration. */
  const nodesValue = (nodes: readonly Node[]): Value => {
    const first = nodes[0]!;
    if (first.kind === 'constant')
      return parameter(nodes.map((node) => (node as Node & { kind: 'constant' }).value.raw));
    const range = nodes.map((node) => rangeOf(node, places)).reduce(unite);
    if (first.kind === 'input') {
      const index = store.indexMap(nodes.map((node) => (node as Node & { kind: 'input' }).index));
      return slot({ kind: 'element', array: context.inputs[first.port]!, index }, range);
    }
    const { family } = places.get(first)!;
    const inside = values.get(family);
    if (inside !== undefined) return inside;
    const index = store.indexMap(nodes.map((node) => places.get(node)!.member));
    return slot({ kind: 'element', array: context.arrayOf.get(family)!, index }, range);
  };

  const inOrder = [...draft.orders].toSorted(([p], [q]) => p.id - q.id);
  for (const [family, order] of inOrder) {
    const range = order.map((member) => family.ranges[member]!).reduce(unite);
    let value: Value;
    if (family.kind === 'sum') {
      reduction = reductionOf(family, order, {
        store,
        places,
        joint: context.joints.get(family)!,
        arrayOfInput: (port) => context.inputs[port]!,
        arrayOfFamily: (source) => context.arrayOf.get(source)!,
      });
      value = slot({ kind: 'sum' }, range);
    } else {
      const slots = Array.from({ length: slotCount(family) }, (_, k) => {
        const nodes = order.map((member) => operandAt(family, member, k));
        return { value: nodesValue(nodes), fraction: fractionOf(nodes[0]!, places) };
      });
      value =
        family.kind === 'linear'
          ? writtenScalar(
              b,
              family,
              order,
              slots.map((operand) => operand.value),
              parameter,
              places,
            )
          : operationScalar(b, family, slots, circuit.types, tableArray(store, circuit.tables));
    }
    values.set(family, b.assume(value, range));
  }

  const { root } = draft;
  let result: Value;
  let target: ArrayId;
  let position: IndexMap = { kind: 'affine', base: 0, stride: 1 };
  if (isFamily(root)) {
    result = values.get(root)!;
    target = context.arrayOf.get(root)!;
  } else {
    const from = fractionOf(root.nodes[0]!, places);
    result = b.shift(nodesValue(root.nodes), root.fraction - from);
    ({ target } = root);
    position = store.indexMap(root.positions);
  }
  return {
    target,
    position,
    count: draft.count,
    ...(reduction === undefined ? {} : { reduction }),
    operands,
    body: b.finish(result),
  };
}

function rangeOfValues(raws: readonly bigint[]): Range {
  return raws.map((raw) => ({ lo: raw, hi: raw })).reduce(unite);
}

/** Constant arrays of tables, by their position in the circuit. */
function tableArray(store: ArrayStore, tables: readonly Table[]): (index: number) => { array: ArrayId; table: Table } {
  return (index) => {
    const table = tables[index]!;
    return { array: store.constant(table.name, table.values), table };
  };
}
