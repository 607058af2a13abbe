/**
 * From the circuits of a model to the pipeline that is built of them for a part and a clock.
 *
 * The model's graph is the reference; what is built computes the same outputs with narrower ports between layers and
 * without elements that nothing reads. Everything downstream of a folder's `model/circuit.json` comes from here, so that
 * the same graph, part, clock and latency give the same Verilog to the byte.
 */
import { type LayerGraph, withNarrowPorts, withoutUnreadElements } from '../circuit/index.ts';
import { device, ultrascalePlusDelay } from '../estimation/index.ts';
import { type GraphSchedule, type Netlist, pipelineGraph, scheduleGraph } from '../netlist/index.ts';

export interface HardwareTarget {
  /** Part name, full (`xcvu13p-flga2577-2-e`) or short (`xcvu13p`). */
  readonly part: string;
  readonly clockMHz: number;
  /**
   * Pipeline stages, an integer of at least 1 and of at least what the clock needs.
   * @defaultValue the least for the clock
   */
  readonly latencyCycles?: number;
}

export interface BuiltPipeline {
  /** The graph that stands in the Verilog: schedule and netlist are of its circuits. */
  readonly built: LayerGraph;
  readonly schedule: GraphSchedule;
  readonly netlist: Netlist;
}

/**
 * Build the pipeline of a model's graph.
 *
 * @throws TargetError if the clock cannot be met, or not with this latency; UnsupportedError for an unknown part
 */
export function buildPipeline(graph: LayerGraph, target: HardwareTarget): BuiltPipeline {
  const built = withoutUnreadElements(withNarrowPorts(graph));
  const delay = ultrascalePlusDelay(device(target.part));
  const { clockMHz, latencyCycles } = target;
  const schedule = scheduleGraph(built, {
    periodNs: 1000 / clockMHz,
    delay,
    ...(latencyCycles !== undefined && { latencyCycles }),
  });
  return { built, schedule, netlist: pipelineGraph(built, schedule) };
}
