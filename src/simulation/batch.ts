/**
 * Drives vectors through a pipelined netlist and measures from the waveforms what it does.
 *
 * Latency is the count of cycles between the cycle in which a vector stands at the inputs with valid_in = 1 and the
 * cycle in which its result stands at the outputs with valid_out = 1; the initiation interval is the spacing of results
 * whose vectors came in consecutive cycles. Both are read off, never computed from the schedule. Between vectors and
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
   * Idle cycles (valid_in = 0) before vector k, a whole number of at least 0.
   * @defaultValue none: back to back
   */
  readonly idleBefore?: (vector: number) => number;
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
  /** Largest measured spacing of results whose vectors came in consecutive cycles; null if no two did. */
  readonly initiationInterval: number | null;
  /** Cycles simulated after reset. */
  readonly cycles: number;
}

/**
 * Simulate a batch of vectors.
 *
 * @param vectors vectors[k][p]: bit pattern of data input p (module order, without valid_in) of vector k
 * @throws ValueError if the netlist has no valid bits, loses or adds results, or has a varying latency
 */
export function simulateBatch(
  netlist: Netlist,
  vectors: readonly (readonly bigint[])[],
  options: BatchOptions = {},
): BatchResult {
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

  const outputs: bigint[][] = [];
  const presentedAt: number[] = [];
  const validAt: number[] = [];
  let cycle = 0;
  const runCycle = (): void => {
    options.observe?.(simulator);
    if (simulator.get(VALID_OUT) === 1n) {
      validAt.push(cycle);
      outputs.push(dataOutputs.map((port) => simulator.get(port.name)));
    }
    simulator.step();
    cycle += 1;
  };
  const idle = (): void => {
    simulator.set(VALID_IN, 0);
    const last = vectors[presentedAt.length - 1] ?? dataInputs.map(() => 0n);
    dataInputs.forEach((port, p) => simulator.set(port.name, last[p]! ^ ones(port.width)));
  };
  vectors.forEach((vector, k) => {
    const gap = options.idleBefore?.(k) ?? 0;
    if (gap > 0) idle();
    for (let n = 0; n < gap; n += 1) runCycle();
    simulator.set(VALID_IN, 1);
    dataInputs.forEach((port, p) => simulator.set(port.name, vector[p]!));
    presentedAt.push(cycle);
    runCycle();
  });
  idle();
  const patience = options.patience ?? 1000;
  for (let waited = 0; waited < patience && outputs.length < vectors.length; waited += 1) runCycle();
  return { outputs, presentedAt, validAt, ...measure(netlist.name, presentedAt, validAt, cycle), cycles: cycle };
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
  presentedAt: readonly number[],
  validAt: readonly number[],
  cycles: number,
): { readonly latencyCycles: number; readonly initiationInterval: number | null } {
  if (validAt.length !== presentedAt.length) {
    throw new ValueError(
      `netlist ${name} gave ${validAt.length} results for ${presentedAt.length} vectors in ${cycles} cycles, must give one each`,
    );
  }
  if (presentedAt.length === 0)
    throw new ValueError(`netlist ${name}: the batch has no vectors, must have at least one`);
  const latencies = presentedAt.map((at, k) => validAt[k]! - at);
  const latencyCycles = latencies[0]!;
  const other = latencies.findIndex((latency) => latency !== latencyCycles);
  if (other >= 0) {
    throw new ValueError(
      `netlist ${name} has a latency of ${latencyCycles} cycles for vector 0 and ${latencies[other]} for vector ${other}, must be equal`,
    );
  }
  let interval: number | null = null;
  for (let k = 1; k < presentedAt.length; k += 1) {
    const next = presentedAt[k - 1]! + 1;
    if (presentedAt[k] === next) interval = Math.max(interval ?? 0, validAt[k]! - validAt[k - 1]!);
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
