/** Places the circuits of a stage into pipeline stages for a clock. */
import type { Circuit, LayerGraph, StreamStage } from '../../circuit/index.ts';
import { withNarrowPorts, withoutUnreadElements } from '../../circuit/index.ts';
import { TargetError } from '../../errors.ts';
import type { DelayModel } from '../delay-model.ts';
import { type GraphSchedule, scheduleGraph } from '../schedule.ts';

/** What the clock allows. */
export interface StreamTarget {
  /** Clock period in nanoseconds. */
  readonly periodNs: number;
  readonly delay: DelayModel;
}

/** A circuit as it is built, and where its operations stand. */
export interface ScheduledCircuit {
  readonly built: LayerGraph;
  readonly schedule: GraphSchedule;
}

/** A stage with its circuits scheduled; a circuit that hands its input on as it is needs none. */
export interface ScheduledStage {
  readonly stage: StreamStage;
  readonly circuit: ScheduledCircuit | undefined;
  readonly finish: ScheduledCircuit | undefined;
}

/**
 * Schedule a stage.
 *
 * @throws TargetError if an operation, or the update of a fold, takes longer than the period
 */
export function scheduleStage(stage: StreamStage, { periodNs, delay }: StreamTarget): ScheduledStage {
  const scheduled = (graph: LayerGraph): ScheduledCircuit | undefined => {
    if (handsOn(graph)) return undefined;
    const built = withoutUnreadElements(withNarrowPorts(graph));
    return { built, schedule: scheduleGraph(built, { periodNs, delay }) };
  };
  if (stage.fold !== undefined) checkFold(stage, stage.fold.circuit, { periodNs, delay });
  return {
    stage,
    circuit: scheduled(stage.circuit),
    finish: stage.finish && scheduled(stage.finish),
  };
}

/** The update of a sum has one clock: its result is wanted in the next. */
function checkFold(stage: StreamStage, circuit: Circuit, { periodNs, delay }: StreamTarget): void {
  const graph: LayerGraph = {
    name: `${stage.name} fold`,
    inputs: circuit.inputs.map(({ name, formats }) => ({ name, formats })),
    layers: [{ name: 'fold', kind: 'fold', circuit, inputs: circuit.inputs.map(({ name }) => name) }],
    outputs: ['fold'],
  };
  const { latencyCycles, criticalNs } = scheduleGraph(graph, { periodNs, delay });
  if (latencyCycles > 1) {
    throw new TargetError(
      `stage ${stage.name}: one update of its accumulator takes ${latencyCycles} cycles of ${periodNs.toFixed(3)} ns by the ${delay.name} model (${criticalNs.toFixed(3)} ns in the slowest), must take one; take a slower clock, a narrower accumulator or a reuse factor of 1`,
    );
  }
}

/** Whether a graph's output is its only input, element by element. */
export function handsOn({ inputs, layers }: LayerGraph): boolean {
  const [layer] = layers;
  if (inputs.length !== 1 || layers.length !== 1 || layer === undefined) return false;
  const { circuit } = layer;
  const { wires, formats } = circuit.outputs[0]!;
  return (
    wires.length === inputs[0]!.formats.length &&
    wires.every((wire, k) => {
      const op = circuit.ops[wire]!;
      return op.kind === 'input' && op.index === k && formats[k]!.width === inputs[0]!.formats[k]!.width;
    })
  );
}
