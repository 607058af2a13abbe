/**
 * From the circuits of a model to the pipeline that is built of them for a part and a clock.
 *
 * The model's graph is the reference; what is built computes the same outputs with narrower ports between layers and
 * without elements that nothing reads. Everything downstream of a folder's `model/circuit.json` comes from here, so that
 * the same graph, part, clock and latency give the same Verilog to the byte.
 */
import { type LayerGraph, withNarrowPorts, withoutUnreadElements } from '../circuit/index.ts';
import { device, ultrascalePlusDelay } from '../estimation/index.ts';
import { copiesNetlist, type GraphSchedule, type Netlist, pipelineGraph, scheduleGraph } from '../netlist/index.ts';

export interface HardwareTarget {
  /** Part name, full (`xcvu13p-flga2577-2-e`) or short (`xcvu13p`). */
  readonly part: string;
  readonly clockMHz: number;
  /**
   * Pipeline stages, an integer of at least 1 and of at least what the clock needs.
   * @defaultValue the least for the clock
   */
  readonly latencyCycles?: number;
  /**
   * How often the pipeline stands in the design, an integer of at least 1: ten particles in every clock cycle need ten.
   * @defaultValue 1
   */
  readonly copies?: number;
}

export interface BuiltPipeline {
  /** The graph that stands in the Verilog: schedule and netlist are of its circuits. */
  readonly built: LayerGraph;
  readonly schedule: GraphSchedule;
  /** The pipeline alone, once. */
  readonly copy: Netlist;
  readonly copies: number;
  /** What stands in the Verilog: the pipeline, or as many copies of it as are asked for. */
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
  const { clockMHz, latencyCycles, copies = 1 } = target;
  const schedule = scheduleGraph(built, {
    periodNs: 1000 / clockMHz,
    delay,
    ...(latencyCycles !== undefined && { latencyCycles }),
  });
  const copy = pipelineGraph(built, schedule);
  return { built, schedule, copy, copies, netlist: copiesNetlist(copy, copies) };
}
