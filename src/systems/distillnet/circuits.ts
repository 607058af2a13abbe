/** QDistillNet on gates: the verified project, ten copies of it as one design, and the circuit's own weights. */
import { join } from 'node:path';
import { compileNetwork, type CompileOptions } from '../../compile/index.ts';
import type { LayerGraph } from '../../circuit/index.ts';
import { stream } from '../../random/index.ts';
import { buildHardware, type HardwareOptions, type HardwareResult } from '../hardware.ts';
import type { HardwareTarget } from '../pipeline.ts';
import { randomStimuli, type Stimulus } from '../stimuli.ts';
import { circuitWeights, inputCodes, particleStimuli } from './circuit-weights.ts';
import type { DistillNetLearning } from './learning.ts';
import type { DistillNetRunOptions } from './run.ts';

/** The circuits of a run. */
export interface DistillNetCircuits {
  readonly hardware: HardwareResult;
  /** The model's graph, and the port codes of every test particle. */
  readonly graph: LayerGraph;
  readonly codes: BigInt64Array;
  /** The circuit's weight of every test particle. */
  readonly weights: Float32Array;
  /** Several pipelines side by side; null where none were asked for. */
  readonly copies: HardwareResult | null;
}

/** How QDistillNet is compiled: one adder level less than the default, for five stages instead of six. */
export const hardwareCompile: CompileOptions = { profile: 'exact', adderDepth: 1 };

/** Build and verify the circuits of a run in `rtl` and `rtl-copies` of its folder. */
export async function buildCircuits(
  { config, hardware: network, test }: DistillNetLearning,
  staging: string,
  options: DistillNetRunOptions & { readonly target: HardwareTarget },
): Promise<DistillNetCircuits> {
  const { target, copies = 10, vectors = 768, randomVectors = 256, signal, simulators } = options;
  const graph = compileNetwork(network, hardwareCompile);
  const codes = inputCodes(graph, test.features);
  const stimuli: Stimulus[] = [
    ...randomStimuli(graph.inputs, randomVectors, stream(config.seed, 'distillnet', 'stimuli')),
    ...particleStimuli(codes, vectors),
  ];
  const common: HardwareOptions = {
    target,
    compile: hardwareCompile,
    ...(simulators && { simulators }),
    ...(signal && { signal }),
    ...(options.onHardwareStart && { onStart: options.onHardwareStart }),
    ...(options.onHardware && { onStep: options.onHardware }),
  };
  const hardware = await buildHardware(network, stimuli, join(staging, 'rtl'), common);
  const several =
    copies === 1
      ? null
      : await buildHardware(network, stimuli, join(staging, 'rtl-copies'), {
          ...common,
          target: { ...target, copies },
        });
  return { hardware, graph, codes, weights: circuitWeights(graph, codes), copies: several };
}
