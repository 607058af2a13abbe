/** The students on gates: verified projects, several pipelines as one design, and what the circuits say of test particles. */
import { join } from 'node:path';
import type { LayerGraph } from '../../../circuit/index.ts';
import type { CompileOptions } from '../../../compile/index.ts';
import type { Network } from '../../../network/index.ts';
import { stream } from '../../../random/index.ts';
import { buildHardware, type HardwareOptions, type HardwareResult, type HardwareStep } from '../../hardware.ts';
import type { HardwareTarget } from '../../pipeline.ts';
import type { SimulatorName } from '../../simulators.ts';
import { randomStimuli, type Stimulus } from '../../stimuli.ts';
import { type ProjectVerification, type VerificationStep, verifyProject } from '../../verify-project.ts';
import { circuitWeights, inputCodes, particleStimuli } from './circuit-weights.ts';
import type { DistillNetLearning } from '../learning.ts';

export interface CircuitOptions {
  /** Test particles that every evaluator runs, besides the random codes. @defaultValue 768 */
  readonly vectors?: number;
  /** Random full-range codes among the vectors. @defaultValue 256 */
  readonly randomVectors?: number;
  /** Pipelines side by side in a further design, as published; 1 for no such design. @defaultValue 10 */
  readonly copies?: number;
  /** Simulators to run the emitted text in, where they are installed. @defaultValue both */
  readonly simulators?: readonly SimulatorName[];
  /** What Yosys is asked for of each circuit of one pipeline, where it is installed. @defaultValue both */
  readonly verification?: readonly VerificationStep[];
  readonly signal?: AbortSignal;
  readonly onHardwareStart?: (step: HardwareStep | VerificationStep, circuit: string) => void;
  readonly onHardware?: (step: HardwareStep | VerificationStep, message: string) => void;
}

/** A circuit, and what it says of the test particles. */
export interface StudentCircuit {
  readonly hardware: HardwareResult;
  /** Port codes of every test particle, row-major. */
  readonly codes: BigInt64Array;
  /** The circuit's weight of every test particle. */
  readonly weights: Float32Array;
  readonly verification: ProjectVerification;
}

/** The circuits of a run. */
export interface DistillNetCircuits {
  readonly quantized: StudentCircuit;
  /** Null where no compact network was trained. */
  readonly compact: StudentCircuit | null;
  /** Several pipelines of QDistillNet side by side; null where none were asked for. */
  readonly copies: HardwareResult | null;
}

/** How QDistillNet is compiled: one adder level less than the default, for five stages instead of six. */
const quantizedCompile: CompileOptions = { profile: 'exact', adderDepth: 1 };

/** Build and verify the circuits of a run: `rtl`, `rtl-compact` and `rtl-copies` of its folder. */
export async function buildCircuits(
  learning: DistillNetLearning,
  staging: string,
  target: HardwareTarget,
  options: CircuitOptions,
): Promise<DistillNetCircuits> {
  const { copies = 10, signal } = options;
  const watch = (circuit: string) => ({
    ...(options.onHardwareStart && {
      onStart: (step: HardwareStep | VerificationStep) => options.onHardwareStart!(step, circuit),
    }),
    ...(options.onHardware && { onStep: options.onHardware }),
    ...(signal && { signal }),
  });
  const common = (circuit: string, compile: CompileOptions): HardwareOptions => ({
    target,
    compile,
    ...(options.simulators && { simulators: options.simulators }),
    ...watch(circuit),
  });
  const build = async (network: Network, folder: string, compile: CompileOptions): Promise<StudentCircuit> => {
    const place = join(staging, folder);
    const hardware = await buildHardware(
      network,
      (graph) => stimuliOf(learning, graph, options),
      place,
      common(network.name, compile),
    );
    const codes = inputCodes(hardware.graph, learning.test.features);
    const verification = await verifyProject(place, {
      ...(options.verification && { steps: options.verification }),
      ...watch(network.name),
    });
    return { hardware, codes, weights: circuitWeights(hardware.graph, codes), verification };
  };
  const quantized = await build(learning.hardware, 'rtl', quantizedCompile);
  const compact = learning.compact && (await build(learning.compact, 'rtl-compact', { profile: 'exact' }));
  const several =
    copies === 1
      ? null
      : await buildHardware(
          learning.hardware,
          (graph) => stimuliOf(learning, graph, options),
          join(staging, 'rtl-copies'),
          {
            ...common(`${copies} copies`, quantizedCompile),
            target: { ...target, copies },
            // Verilator's build grows with the copies, and has compiled each module before.
            simulators: (options.simulators ?? ['icarus']).filter((name) => name === 'icarus'),
          },
        );
  return { quantized, compact, copies: several };
}

/** Random codes of all ports, then test particles. */
function stimuliOf(
  { config, test }: DistillNetLearning,
  graph: LayerGraph,
  { vectors = 768, randomVectors = 256 }: CircuitOptions,
): Stimulus[] {
  return [
    ...randomStimuli(graph.inputs, randomVectors, stream(config.seed, 'distillnet', 'stimuli')),
    ...particleStimuli(graph, test.features, vectors),
  ];
}
