/**
 * Drives vectors through a pipelined netlist and measures from the waveforms what it does.
 *
 * A design of several copies takes the vectors in turn, vector k in copy k modulo their number, each copy at its own pace:
 * copy c begins c cycles late, so that no two are in step. The ports are cut as `copiesNetlist` joins them.
 *
 * Latency is the count of cycles between the cycle in which a vector stands at the inputs with valid_in = 1 and the
 * cycle in which its result stands at the outputs with valid_out = 1; the initiation interval is the spacing of results
 * whose vectors came to one copy in consecutive cycles. Both are read off, never computed from the schedule. Between vectors and
 * after the last the data inputs carry the inverted last pattern, so that a result taken from a wrong cycle shows.
 */
import type { LayerGraph } from '../circuit/index.ts';
import { ShapeError, ValueError } from '../errors.ts';
import { RESET, VALID_IN, VALID_OUT, ones, packVector, unpackVector } from '../netlist/index.ts';
import type { Netlist } from '../netlist/index.ts';
import { createSimulator } from './simulator.ts';
import type { Simulator } from './simulator.ts';

/** How to drive a batch. */
export interface BatchOptions {
  /**
   * Idle cycles (valid_in = 0) before vector k of a copy, a whole number of at least 0.
   * @defaultValue none: back to back
   */
  readonly idleBefore?: (vector: number) => number;
  /**
   * Copies of the pipeline in the netlist.
   * @defaultValue 1
   */
  readonly copies?: number;
  /**
   * Cycles to wait for a result after the last vector.
   * @defaultValue 1000
   */
  readonly patience?: number;
  /** Called in every cycle after reset with the settled simulator, before the rising edge; for waveforms. */
  readonly observe?: (simulator: Simulator) => void;
}

/** What a batch showed. Cycles count from the first cycle after reset. */
export interface BatchResult {
  /** outputs[k][p]: bit pattern of data output p for vector k. */
  readonly outputs: readonly (readonly bigint[])[];
  /** Cycle in which each vector was presented. */
  readonly presentedAt: readonly number[];
  /** Cycle in which each result was valid. */
  readonly validAt: readonly number[];
  /** Measured latency, equal for all vectors. */
  readonly latencyCycles: number;
  /** Largest measured spacing of results whose vectors came to a copy in consecutive cycles; null if no two did. */
  readonly initiationInterval: number | null;
  /** Cycles simulated after reset. */
  readonly cycles: number;
}

/**
 * Simulate a batch of vectors.
 *
 * @param vectors vectors[k][p]: bit pattern of data input p (module order, without valid_in, of one copy) of vector k
 * @throws ValueError if the netlist has no valid bits, loses or adds results, or has a varying latency
 */
export function simulateBatch(
  netlist: Netlist,
  vectors: readonly (readonly bigint[])[],
  options: BatchOptions = {},
): BatchResult {
  const { copies = 1, idleBefore, observe, patience = 1000 } = options;
  const simulator = createSimulator(netlist);
  const dataInputs = simulator.inputs.filter((port) => port.name !== VALID_IN);
  const dataOutputs = simulator.outputs.filter((port) => port.name !== VALID_OUT);
  if (dataInputs.length === simulator.inputs.length || dataOutputs.length === simulator.outputs.length) {
    throw new ValueError(
      `netlist ${netlist.name} has no ${VALID_IN} and ${VALID_OUT}, must have both to simulate a batch`,
    );
  }
  vectors.forEach((vector, k) => {
    if (vector.length !== dataInputs.length) {
      throw new ShapeError(`vector ${k} has ${vector.length} inputs, must have ${dataInputs.length}`);
    }
  });
  reset(
    simulator,
    dataInputs.map((port) => port.name),
  );

  const lanes = Array.from({ length: copies }, (_, copy): Lane => {
    const own = vectors.flatMap((_vector, k) => (k % copies === copy ? [k] : []));
    return { own, sent: 0, idle: copy + (idleBefore?.(0) ?? 0), validAt: [], outputs: [] };
  });
  const presentedAt: number[] = [];
  let cycle = 0;
  const runCycle = (): void => {
    let valid = 0n;
    const words = dataInputs.map(() => 0n);
    lanes.forEach((lane, copy) => {
      const isIdle = lane.idle > 0 || lane.sent === lane.own.length;
      const vector = vectors[lane.own[isIdle ? lane.sent - 1 : lane.sent] ?? -1];
      dataInputs.forEach(({ width }, p) => {
        const own = width / copies;
        const word = isIdle ? (vector?.[p] ?? 0n) ^ ones(own) : vector![p]!;
        words[p]! |= word << BigInt(copy * own);
      });
      if (isIdle) {
        lane.idle -= 1;
        return;
      }
      valid |= 1n << BigInt(copy);
      presentedAt[lane.own[lane.sent]!] = cycle;
      lane.sent += 1;
      lane.idle = idleBefore?.(lane.sent) ?? 0;
    });
    simulator.set(VALID_IN, valid);
    dataInputs.forEach((port, p) => simulator.set(port.name, words[p]!));
    observe?.(simulator);
    const shown = simulator.get(VALID_OUT);
    if (shown !== 0n) {
      const results = dataOutputs.map((port) => simulator.get(port.name));
      lanes.forEach((lane, copy) => {
        if (((shown >> BigInt(copy)) & 1n) === 0n) return;
        lane.validAt.push(cycle);
        lane.outputs.push(
          results.map((word, p) => {
            const own = dataOutputs[p]!.width / copies;
            return BigInt.asUintN(own, word >> BigInt(copy * own));
          }),
        );
      });
    }
    simulator.step();
    cycle += 1;
  };
  while (lanes.some((lane) => lane.sent < lane.own.length)) runCycle();
  for (let waited = 0; waited < patience && lanes.some(isWaiting); waited += 1) runCycle();

  const measured = measure(netlist.name, lanes, presentedAt, cycle);
  const inOrder = <T>(of: (lane: Lane) => readonly T[]): T[] =>
    vectors.map((_, k) => of(lanes[k % copies]!)[Math.floor(k / copies)]!);
  return {
    outputs: inOrder(({ outputs }) => outputs),
    presentedAt,
    validAt: inOrder(({ validAt }) => validAt),
    ...measured,
    cycles: cycle,
  };
}

/** What one copy has been given and has answered. */
interface Lane {
  /** Numbers of its vectors. */
  readonly own: readonly number[];
  sent: number;
  /** Idle cycles before the next vector. */
  idle: number;
  readonly validAt: number[];
  readonly outputs: (readonly bigint[])[];
}

function isWaiting({ own, outputs }: Lane): boolean {
  return outputs.length < own.length;
}

/** Hold the reset for two rising edges with all inputs low. */
function reset(simulator: Simulator, dataInputs: readonly string[]): void {
  for (const name of [VALID_IN, ...dataInputs]) simulator.set(name, 0);
  simulator.set(RESET, 1);
  simulator.step();
  simulator.step();
  simulator.set(RESET, 0);
}

function measure(
  name: string,
  lanes: readonly Lane[],
  presentedAt: readonly number[],
  cycles: number,
): { readonly latencyCycles: number; readonly initiationInterval: number | null } {
  const results = lanes.reduce((sum, { validAt }) => sum + validAt.length, 0);
  if (lanes.some(({ own, validAt }) => own.length !== validAt.length)) {
    throw new ValueError(
      `netlist ${name} gave ${results} results for ${presentedAt.length} vectors in ${cycles} cycles, must give one each`,
    );
  }
  if (presentedAt.length === 0)
    throw new ValueError(`netlist ${name}: the batch has no vectors, must have at least one`);
  const latencyCycles = lanes[0]!.validAt[0]! - presentedAt[0]!;
  let interval: number | null = null;
  for (const { own, validAt } of lanes) {
    own.forEach((vector, k) => {
      const latency = validAt[k]! - presentedAt[vector]!;
      if (latency !== latencyCycles) {
        throw new ValueError(
          `netlist ${name} has a latency of ${latencyCycles} cycles for vector 0 and ${latency} for vector ${vector}, must be equal`,
        );
      }
      if (k > 0 && presentedAt[vector] === presentedAt[own[k - 1]!]! + 1) {
        interval = Math.max(interval ?? 0, validAt[k]! - validAt[k - 1]!);
      }
    });
  }
  return { latencyCycles, initiationInterval: interval };
}

/** A batch result in raw codes. */
export interface GraphBatchResult extends Omit<BatchResult, 'outputs'> {
  /** outputs[k][o]: raw codes of output o of the graph for sample k. */
  readonly outputs: readonly (readonly (readonly bigint[])[])[];
}

/**
 * Simulate samples of a layer graph on its pipelined netlist.
 *
 * @param samples samples[k][i]: raw codes of graph input i of sample k
 */
export function simulateGraph(
  netlist: Netlist,
  graph: LayerGraph,
  samples: readonly (readonly (readonly bigint[])[])[],
  options: BatchOptions = {},
): GraphBatchResult {
  const vectors = samples.map((sample) => graph.inputs.map((input, i) => packVector(input.formats, sample[i] ?? [])));
  const result = simulateBatch(netlist, vectors, options);
  const formats = graph.outputs.map(
    (name) => graph.layers.find((layer) => layer.name === name)!.circuit.outputs[0]!.formats,
  );
  return { ...result, outputs: result.outputs.map((row) => row.map((bus, o) => unpackVector(formats[o]!, bus))) };
}
