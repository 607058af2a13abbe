/**
 * From a planned circuit to a WebAssembly module: `run(groups)` computes a block of lane groups.
 */
import type { Wire } from '../circuit/index.ts';
import { WasmModule, i32, i32x4, i64x2, v128 } from '../wasm/index.ts';
import type { Code, Local } from '../wasm/index.ts';
import { constantPool } from './emitter.ts';
import type { ConstantPool } from './emitter.ts';
import { lanes32, lanes64 } from './lanes.ts';
import type { LaneBits } from './lanes.ts';
import { layoutMemory, limitBytes, tableBytes } from './layout.ts';
import type { Layout, Region } from './layout.ts';
import { emitOperation, operationBits } from './operation-code.ts';
import type { OperationContext } from './operation-code.ts';
import { isKnown } from './plan.ts';
import type { Plan } from './plan.ts';
import { streamBytes, tileKernels } from './product-code.ts';
import { readsOf, writesOf } from './schedule.ts';
import type { Step, ValueId } from './schedule.ts';
import { writeReader, writeWriter } from './transpose-code.ts';

export interface Generated {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly layout: Layout;
  readonly memoryBytes: number;
  readonly functions: number;
}

/** The low 32 bits of the four 64-bit lanes of two vectors. */
const PACK = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27];
/** The low halves of the 32-bit lanes of two vectors, side by side. */
const PAIR = [0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29];
const PAGE = 65536;

interface OutputElement {
  readonly region: Region;
  readonly element: number;
}

/** Where the outputs read each wire. */
function outputsByWire(plan: Plan, layout: Layout): Map<Wire, OutputElement[]> {
  const outputs = new Map<Wire, OutputElement[]>();
  for (const [k, port] of plan.circuit.outputs.entries()) {
    for (const [element, wire] of port.wires.entries()) {
      const source = plan.root[wire]!;
      const list = outputs.get(source) ?? [];
      list.push({ region: layout.outputs[k]!, element });
      outputs.set(source, list);
    }
  }
  return outputs;
}

/** Recycles vector locals, so that a function has no more than it needs at once. */
function localPool(code: Code): { take: () => Local; give: (local: Local) => void } {
  const free: Local[] = [];
  return { take: () => free.pop() ?? code.local('v128'), give: (local) => void free.push(local) };
}

/** Writes the pieces of one circuit. */
interface PieceWriter {
  readonly plan: Plan;
  readonly layout: Layout;
  readonly pool: ConstantPool;
  readonly outputs: ReadonlyMap<Wire, readonly OutputElement[]>;
}

/** Write one piece as a function of the number of lane groups, which is at least 1. */
function writePiece(writer: PieceWriter, code: Code, groups: Local, piece: readonly Step[], first: number): void {
  const { plan, layout, pool, outputs } = writer;
  const { circuit, root, slot } = plan;
  const { types } = circuit;
  const group = code.local('i32');
  const slots = code.local('i32');
  const vectors = localPool(code);
  /** Values of this piece that are still needed: one local per vector. */
  const held = new Map<ValueId, readonly Local[]>();
  const vectorsOf = (value: ValueId): number => plan.bits[value]! / 32;

  const pushVector = (wire: ValueId, index: number): void => {
    const local = held.get(wire);
    if (local !== undefined) {
      code.get(local[index]!);
    } else {
      code.get(slots);
      v128.load(code, layout.slots + slot[wire]! + 16 * index);
    }
  };
  const pushAs = (operand: Wire, bits: LaneBits, half: 0 | 1): void => {
    const wire = root[operand]!;
    if (isKnown(circuit, wire)) {
      pool.push(code, bits, types[wire]!.lo);
    } else if (bits === plan.bits[wire]) {
      pushVector(wire, bits === 32 ? 0 : half);
    } else if (bits === 64) {
      pushVector(wire, 0);
      (half === 0 ? i64x2.extendLowI32x4S : i64x2.extendHighI32x4S)(code);
    } else {
      pushVector(wire, 0);
      pushVector(wire, 1);
      v128.shuffle(code, PACK);
    }
  };
  const pushNonZero = (operand: Wire, bits: LaneBits, half: 0 | 1): void => {
    const wire = root[operand]!;
    const { lo, hi } = types[wire]!;
    if (lo === 0n && hi === 1n) {
      pushAs(wire, bits, half);
      (bits === 32 ? lanes32 : lanes64).neg(code);
      return;
    }
    const own = plan.bits[wire]!;
    const compare = (part: 0 | 1): void => {
      pushAs(wire, own, part);
      pool.push(code, own, 0n);
      (own === 32 ? lanes32 : lanes64).ne(code);
    };
    if (own === bits) {
      compare(half);
    } else if (bits === 64) {
      compare(0);
      (half === 0 ? i64x2.extendLowI32x4S : i64x2.extendHighI32x4S)(code);
    } else {
      compare(0);
      compare(1);
      v128.shuffle(code, PACK);
    }
  };
  const pushPort = (region: Region): void => {
    code.get(group);
    i32.const(code, region.stride);
    i32.mul(code);
  };

  /** Write `body` in lanes of `bits` and keep the result as wire. */
  const compute = (wire: Wire, bits: LaneBits, body: (e: OperationContext) => void): void => {
    const results = Array.from({ length: bits / 32 }, () => vectors.take());
    for (const [k, result] of results.entries()) {
      const half = k as 0 | 1;
      const used: Local[] = [];
      body({
        code,
        lanes: bits === 32 ? lanes32 : lanes64,
        circuit,
        demand: plan.demand[wire]!,
        half,
        constant: (value) => pool.push(code, bits, value),
        scratch: () => {
          const local = vectors.take();
          used.push(local);
          return local;
        },
        push: (operand) => pushAs(operand, bits, half),
        pushNarrow: (operand) => pushAs(operand, 32, 0),
        pushNonZero: (operand) => pushNonZero(operand, bits, half),
      });
      code.set(result);
      for (const local of used) vectors.give(local);
    }
    if (bits === plan.bits[wire]) {
      held.set(wire, results);
    } else {
      code.get(results[0]!);
      code.get(results[1]!);
      v128.shuffle(code, PACK);
      code.set(results[0]!);
      vectors.give(results[1]!);
      held.set(wire, [results[0]!]);
    }
  };

  const lookUp = (wire: Wire, address: Wire, table: number): void => {
    const region = layout.tables[table]!;
    const { lo } = circuit.tables[table]!;
    const bits = plan.bits[wire]!;
    const size = region.bits / 8;
    const addresses = vectors.take();
    pushAs(address, 32, 0);
    if (lo !== 0n) {
      pool.push(code, 32, lo);
      lanes32.sub(code);
    }
    i32.const(code, Math.log2(size));
    lanes32.shl(code);
    code.set(addresses);
    const perVector = 128 / bits;
    const results = Array.from({ length: vectorsOf(wire) }, () => vectors.take());
    for (const [k, result] of results.entries()) {
      // A lane load takes the address below the vector, so all addresses go first, the first lane's on top.
      for (let lane = perVector - 1; lane >= 0; lane--) {
        code.get(addresses);
        i32x4.extractLane(code, k * perVector + lane);
      }
      (bits === 32 ? v128.load32Zero : v128.load64Zero)(code, region.address);
      for (let lane = 1; lane < perVector; lane++) {
        (bits === 32 ? v128.load32Lane : v128.load64Lane)(code, lane, region.address);
      }
      code.set(result);
    }
    vectors.give(addresses);
    held.set(wire, results);
  };

  const readInput = (wire: Wire, port: number, element: number): void => {
    const region = layout.inputs[port]!;
    compute(wire, region.bits, ({ half }) => {
      pushPort(region);
      v128.load(code, region.address + (element * region.bits) / 2 + 16 * half);
    });
  };

  const packPair = (id: ValueId, a: Wire, b: Wire | undefined): void => {
    const result = vectors.take();
    pushVector(a, 0);
    if (b === undefined) pool.push(code, 32, 0n);
    else pushVector(b, 0);
    v128.shuffle(code, PAIR);
    code.set(result);
    held.set(id, [result]);
  };

  const writeOutputs = (wire: Wire): void => {
    for (const { region, element } of outputs.get(wire) ?? []) {
      for (let half = 0; half < region.bits / 32; half++) {
        pushPort(region);
        pushAs(wire, region.bits, half as 0 | 1);
        v128.store(code, region.address + (element * region.bits) / 2 + 16 * half);
      }
    }
  };

  const keep = (wire: ValueId): void => {
    if (slot[wire]! >= 0) {
      for (let index = 0; index < vectorsOf(wire); index++) {
        code.get(slots);
        pushVector(wire, index);
        v128.store(code, layout.slots + slot[wire]! + 16 * index);
      }
    }
    // Pairs are no outputs: their numbers are beyond those of the wires.
    writeOutputs(wire);
  };

  const release = (wire: ValueId, position: number): void => {
    if (plan.lastLocalUse[wire]! > position) return;
    for (const local of held.get(wire) ?? []) vectors.give(local);
    held.delete(wire);
  };

  const computeOperation = (wire: Wire): void => {
    const op = circuit.ops[wire]!;
    switch (op.kind) {
      case 'input':
        readInput(wire, op.port, op.index);
        break;
      case 'table':
        lookUp(wire, op.a, op.table);
        break;
      case 'constant':
      case 'scale':
        throw new TypeError(`A ${op.kind} is not computed.`);
      default:
        compute(wire, operationBits(circuit, wire, op, plan.bits[wire]!), (e) => emitOperation(e, wire, op));
    }
  };

  code.loop(() => {
    for (const [k, step] of piece.entries()) {
      if (step.kind === 'pair') {
        packPair(step.id, step.a, step.b);
      } else if (step.kind === 'operation') {
        computeOperation(step.wire);
      } else if (step.kind === 'output') {
        writeOutputs(step.wire);
      }
      for (const value of writesOf(step)) {
        keep(value);
        release(value, first + k);
      }
      for (const operand of readsOf(circuit, step)) release(root[operand]!, first + k);
    }
    code.get(slots);
    i32.const(code, plan.slotBytes);
    i32.add(code);
    code.set(slots);
    code.get(group);
    i32.const(code, 1);
    i32.add(code);
    code.tee(group);
    code.get(groups);
    i32.ltU(code);
    code.branchIf(0);
  });
}

/** Write the outputs that are constants: they are the same in every group and every run. */
function writeConstantOutputs(writer: PieceWriter, code: Code, groups: Local): void {
  const { plan, pool, outputs } = writer;
  const group = code.local('i32');
  code.loop(() => {
    for (const [wire, elements] of outputs) {
      if (!isKnown(plan.circuit, wire)) continue;
      for (const { region, element } of elements) {
        for (let half = 0; half < region.bits / 32; half++) {
          code.get(group);
          i32.const(code, region.stride);
          i32.mul(code);
          pool.push(code, region.bits, plan.circuit.types[wire]!.lo);
          v128.store(code, region.address + (element * region.bits) / 2 + 16 * half);
        }
      }
    }
    code.get(group);
    i32.const(code, 1);
    i32.add(code);
    code.tee(group);
    code.get(groups);
    i32.ltU(code);
    code.branchIf(0);
  });
}

/**
 * Generate the module of a planned circuit.
 *
 * It exports `memory`, `run(groups)` and, for ports with rows, `read<k>(groups)` and `write<k>(groups)`.
 */
export function generateModule(plan: Plan): Generated {
  const { circuit } = plan;
  const streams = new Map<Step, number>();
  let streamLength = 0;
  for (const step of plan.pieces.flat()) {
    if (step.kind !== 'tile') continue;
    streams.set(step, streamLength);
    streamLength += streamBytes(step, plan.slot).length;
  }
  const layout = layoutMemory(circuit, plan.slotBytes, streamLength);
  const pool = constantPool(layout.constants);
  const module = new WasmModule();
  const writer: PieceWriter = { plan, layout, pool, outputs: outputsByWire(plan, layout) };
  const kernels = tileKernels(module, layout.slots, plan.slotBytes);
  /** Calls of the parts, each for the number of lane groups in the local. */
  const calls: ((code: Code, groups: Local) => void)[] = [];
  let functions = 0;
  const addPart = (write: (code: Code, groups: Local) => void): void => {
    functions++;
    const part = module.function({ parameters: ['i32'] }, (code, groups) => write(code, groups!));
    calls.push((code, groups) => {
      code.get(groups);
      code.call(part);
    });
  };
  let first = 0;
  for (const piece of plan.pieces) {
    const start = first;
    const [step] = piece;
    if (step?.kind === 'tile') {
      const stream = layout.streams + streams.get(step)!;
      module.data(stream, streamBytes(step, plan.slot));
      const call = kernels.caller(step);
      const { wire } = step.products[0]!;
      calls.push((code, groups) => call(code, groups, stream, plan.slot[wire]!));
    } else {
      addPart((code, groups) => writePiece(writer, code, groups, piece, start));
    }
    first += piece.length;
  }
  addPart((code, groups) => writeConstantOutputs(writer, code, groups));
  module.function({ exportName: 'run', parameters: ['i32'] }, (code, groups) => {
    for (const call of calls) call(code, groups!);
  });
  for (const [k, port] of circuit.inputs.entries()) {
    const { address, rows, limits } = layout.inputs[k]!;
    if (rows === undefined || limits === undefined) continue;
    module.data(limits, limitBytes(port));
    writeReader(module, `read${k}`, { elements: port.wires.length, rows, port: address }, limits);
    functions++;
  }
  for (const [k, port] of circuit.outputs.entries()) {
    const { address, rows } = layout.outputs[k]!;
    if (rows === undefined) continue;
    writeWriter(module, `write${k}`, { elements: port.wires.length, rows, port: address });
    functions++;
  }
  for (const [k, table] of circuit.tables.entries()) {
    const region = layout.tables[k]!;
    module.data(region.address, tableBytes(table, region));
  }
  const constants = pool.bytes();
  module.data(layout.constants, constants);
  const memoryBytes = layout.constants + constants.length;
  module.memory({ pages: Math.ceil(memoryBytes / PAGE), exportName: 'memory' });
  return { bytes: module.toBytes(), layout, memoryBytes, functions: functions + 1 + kernels.count() };
}
