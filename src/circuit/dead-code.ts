/**
 * Removal of operations that no output needs, with renumbering.
 *
 * Operands have smaller indices than their users, so one backward sweep marks and one forward sweep copies. Input
 * operations stay even when unread: a port keeps all its elements.
 */
import type { Circuit, Op, Port, Table, Wire, WireType } from './circuit.ts';
import { mapOperands, operandsOf } from './interval.ts';

/** Mark the wires that some output of a circuit needs. */
export function liveWires({ ops, outputs }: Pick<Circuit, 'ops' | 'outputs'>): Uint8Array {
  const live = new Uint8Array(ops.length);
  for (const port of outputs) for (const wire of port.wires) live[wire] = 1;
  for (let wire = ops.length - 1; wire >= 0; wire--) {
    if (live[wire] === 1) for (const operand of operandsOf(ops[wire]!)) live[operand] = 1;
  }
  return live;
}

/** Remove the operations that no output depends on, and unused tables; the remaining wires are renumbered in order. */
export function eliminateDeadCode(circuit: Circuit): Circuit {
  const { ops } = circuit;
  const live = liveWires(circuit);
  for (const port of circuit.inputs) for (const wire of port.wires) live[wire] = 1;

  const renumbered = new Int32Array(ops.length).fill(-1);
  const keptOps: Op[] = [];
  const keptTypes: WireType[] = [];
  const labels: Record<Wire, string> = {};
  const tableIndex = new Map<number, number>();
  const tables: Table[] = [];
  for (let wire = 0; wire < ops.length; wire++) {
    if (live[wire] === 0) continue;
    let op = mapOperands(ops[wire]!, (operand) => renumbered[operand]!);
    if (op.kind === 'table') {
      let index = tableIndex.get(op.table);
      if (index === undefined) {
        index = tables.push(circuit.tables[op.table]!) - 1;
        tableIndex.set(op.table, index);
      }
      op = { ...op, table: index };
    }
    const next = keptOps.push(op) - 1;
    keptTypes.push(circuit.types[wire]!);
    renumbered[wire] = next;
    const label = circuit.labels[wire];
    if (label !== undefined) labels[next] = label;
  }
  const moved = (port: Port): Port => ({ ...port, wires: port.wires.map((wire) => renumbered[wire]!) });
  return {
    name: circuit.name,
    inputs: circuit.inputs.map(moved),
    outputs: circuit.outputs.map(moved),
    ops: keptOps,
    types: keptTypes,
    tables,
    labels,
  };
}
