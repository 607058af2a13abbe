/**
 * A circuit while it is being changed: operations without types, which `settle` derives again.
 *
 * Shrinking edits drafts freely (a wire takes another's place, a format narrows) and leaves all consequences to one
 * function: what nothing reads is dropped, types follow from the rules of the circuit, tables are cut to the
 * addresses that occur, output formats follow their wires. A draft that would be no valid circuit, or one with wider
 * wires than allowed, settles to nothing.
 */
import {
  alignType,
  fitsFormat,
  formatOfType,
  mapOperands,
  operandsOf,
  resultType,
  typeOfFormat,
  widthOf,
} from '../../circuit/index.ts';
import type { Circuit, Op, Table, Wire, WireType } from '../../circuit/index.ts';
import { type FixedFormat, fractionBits } from '../../fixed/index.ts';

/** An operation of a draft; constants carry their value because there is no type to carry it. */
export type Node =
  | Exclude<Op, { readonly kind: 'constant' }>
  | { readonly kind: 'constant'; readonly raw: bigint; readonly fraction: number };

/** One element of an output port; a format is kept where the wire fits it, null asks for the wire's own. */
export interface DraftOutput {
  readonly port: string;
  readonly wire: Wire;
  readonly format: FixedFormat | null;
}

export interface Draft {
  readonly name: string;
  readonly inputs: readonly { readonly name: string; readonly formats: readonly FixedFormat[] }[];
  readonly nodes: readonly Node[];
  readonly outputs: readonly DraftOutput[];
  readonly tables: readonly Table[];
  readonly labels: Readonly<Record<Wire, string>>;
  /** Wire of the original circuit whose value an input element that the original does not have is fed with. */
  readonly fresh?: Wire;
}

/** Open a circuit for changes. */
export function draftOf(circuit: Circuit): Draft {
  const { name, inputs, outputs, ops, types, tables, labels } = circuit;
  return {
    name,
    inputs: inputs.map((port) => ({ name: port.name, formats: port.formats })),
    nodes: ops.map((op, wire) =>
      op.kind === 'constant' ? { kind: 'constant', raw: types[wire]!.lo, fraction: types[wire]!.fraction } : op,
    ),
    outputs: outputs.flatMap((port) =>
      port.wires.map((wire, k) => ({ port: port.name, wire, format: port.formats[k]! })),
    ),
    tables,
    labels,
  };
}

/** A settled draft. */
export interface Settled {
  readonly circuit: Circuit;
  /** Where element `index` of input port `port` of the circuit was in the draft. */
  readonly origins: readonly (readonly { readonly port: number; readonly index: number }[])[];
  readonly fresh: Wire | undefined;
}

export interface SettleOptions {
  /** Largest width of a wire or an aligned operand, in bits, inclusive. */
  readonly maxWidth: number;
  /** Fewest fraction bits of a wire. @defaultValue any number */
  readonly minFraction?: number;
  /** Keep ports and elements that nothing reads. @defaultValue false */
  readonly keepInputs?: boolean;
}

/** Derive everything that a draft leaves open, or return null if there is no such circuit. */
export function settle(
  draft: Draft,
  { maxWidth, minFraction = -Infinity, keepInputs = false }: SettleOptions,
): Settled | null {
  const { nodes } = draft;
  const live = new Uint8Array(nodes.length);
  for (const { wire } of draft.outputs) live[wire] = 1;
  for (let wire = nodes.length - 1; wire >= 0; wire -= 1) {
    const node = nodes[wire]!;
    if (live[wire] === 1 && node.kind !== 'constant') for (const operand of operandsOf(node)) live[operand] = 1;
  }

  const ops: Op[] = [];
  const types: WireType[] = [];
  const tables: Table[] = [];
  const inputs = settleInputs(draft, live, keepInputs);
  const inputWires = inputs.map((port, number) =>
    port.formats.map((format, index) => {
      ops.push({ kind: 'input', port: number, index });
      types.push(typeOfFormat(format));
      return ops.length - 1;
    }),
  );
  const wireOfElement = new Map(
    inputs.flatMap((port, number) =>
      port.origins.map((origin, index) => [`${origin.port}.${origin.index}`, inputWires[number]![index]!] as const),
    ),
  );

  const place: Wire[] = [];
  for (const [wire, node] of nodes.entries()) {
    place.push(-1);
    if (live[wire] === 0) continue;
    if (node.kind === 'input') {
      place[wire] = wireOfElement.get(`${node.port}.${node.index}`)!;
      continue;
    }
    if (node.kind === 'constant') {
      types.push({ lo: node.raw, hi: node.raw, fraction: node.fraction });
      ops.push({ kind: 'constant' });
    } else {
      const op = placeTable(
        mapOperands(node, (operand) => place[operand]!),
        draft.tables,
        tables,
        types,
      );
      if (op === null || op.kind === 'input' || op.kind === 'constant') return null;
      types.push(resultType(op, (operand) => types[operand]!, tables));
      ops.push(op);
    }
    place[wire] = ops.length - 1;
    if (operationWidth(ops.at(-1)!, types.length - 1, types) > maxWidth) return null;
    if (types.at(-1)!.fraction < minFraction) return null;
  }

  const labels = Object.fromEntries(
    Object.entries(draft.labels)
      .filter(([wire]) => live[Number(wire)] === 1)
      .map(([wire, label]) => [place[Number(wire)]!, label]),
  );
  const ports = [...new Set(draft.outputs.map(({ port }) => port))];
  const outputs = ports.map((name) => {
    const elements = draft.outputs.filter(({ port }) => port === name);
    const wires = elements.map(({ wire }) => place[wire]!);
    const formats = elements.map(({ format }, k) => {
      const type = types[wires[k]!]!;
      const fits = format !== null && type.fraction === fractionBits(format) && fitsFormat(type, format);
      return fits ? format : formatOfType(type);
    });
    return { name, wires, formats };
  });
  return {
    circuit: {
      name: draft.name,
      inputs: inputs.map(({ name, formats }, k) => ({ name, formats, wires: inputWires[k]! })),
      outputs,
      ops,
      types,
      tables,
      labels,
    },
    origins: inputs.map(({ origins }) => origins),
    fresh: draft.fresh,
  };
}

interface SettledInput {
  readonly name: string;
  readonly formats: readonly FixedFormat[];
  readonly origins: readonly { readonly port: number; readonly index: number }[];
}

/** Choose the input elements that stay: those that are read, and at least one. */
function settleInputs(draft: Draft, live: Uint8Array, keepAll: boolean): SettledInput[] {
  const read = new Set(
    draft.nodes.flatMap((node, wire) =>
      node.kind === 'input' && live[wire] === 1 ? [`${node.port}.${node.index}`] : [],
    ),
  );
  const firstPort = Math.max(
    0,
    draft.inputs.findIndex(({ formats }) => formats.length > 0),
  );
  const stays = (port: number, index: number): boolean =>
    keepAll || read.has(`${port}.${index}`) || (read.size === 0 && port === firstPort && index === 0);
  const ports = draft.inputs.map(({ name, formats }, port): SettledInput => {
    const kept = formats.map((_, index) => index).filter((index) => stays(port, index));
    return {
      name,
      formats: kept.map((index) => formats[index]!),
      origins: kept.map((index) => ({ port, index })),
    };
  });
  return keepAll ? ports : ports.filter(({ formats }) => formats.length > 0);
}

/** Give a look-up a table of exactly the addresses that its operand can have; null if the table lacks some. */
function placeTable(op: Op, from: readonly Table[], to: Table[], types: readonly WireType[]): Op | null {
  if (op.kind !== 'table') return op;
  const { lo, hi } = types[op.a]!;
  const table = from[op.table]!;
  if (lo < table.lo || hi >= table.lo + BigInt(table.values.length)) return null;
  to.push({ ...table, lo, values: table.values.slice(Number(lo - table.lo), Number(hi - table.lo) + 1) });
  return { ...op, table: to.length - 1 };
}

/** Bits of a two's complement word that holds the result of an operation and its operands at a common binary point. */
export function operationWidth(op: Op, wire: Wire, types: readonly WireType[]): number {
  const signedWidth = (type: WireType): number => widthOf(type) + (type.lo < 0n ? 0 : 1);
  const own = signedWidth(types[wire]!);
  const aligned = (pairs: readonly WireType[]): number => {
    const fraction = Math.max(...pairs.map((type) => type.fraction));
    return Math.max(own, ...pairs.map((type) => signedWidth(alignType(type, fraction))));
  };
  switch (op.kind) {
    case 'add': {
      const b = types[op.b]!;
      return aligned([types[op.a]!, { ...b, fraction: b.fraction - op.shift }]);
    }
    case 'compare':
    case 'select':
    case 'bitwise':
      return aligned([types[op.a]!, types[op.b]!]);
    default:
      return own;
  }
}

/** Return the largest width in a circuit, as `operationWidth` counts. */
export function circuitWidth({ ops, types }: Circuit): number {
  return ops.reduce((most, op, wire) => Math.max(most, operationWidth(op, wire, types)), 1);
}
