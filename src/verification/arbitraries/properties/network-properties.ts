/** What must hold of every network: its emulation, its flat circuit and its pipeline are one and the same function. */
import { compileNetwork, type CompileOptions } from '../../../compile/index.ts';
import { validateGraph } from '../../../circuit/index.ts';
import type { Network } from '../../../network/index.ts';
import type { Stimuli } from '../samples.ts';
import { graphEmulationEqualsInterpreter, pipelineEqualsCircuit, type PipelineOptions } from './graph-properties.ts';

/**
 * Compile a network and check emulation and pipeline against the interpreter.
 *
 * @param stimuli samples of raw codes, one vector per input of the network
 * @param periodNs clock period in nanoseconds
 * @throws MismatchError at the first difference
 */
export function hardwareEqualsCircuit(
  network: Network,
  stimuli: Stimuli,
  periodNs: number,
  options: CompileOptions & PipelineOptions = {},
): void {
  const graph = compileNetwork(network, options);
  validateGraph(graph);
  graphEmulationEqualsInterpreter(graph, stimuli.samples);
  const { delay, maxOpsPerStage } = options;
  pipelineEqualsCircuit(graph, stimuli, periodNs, {
    ...(delay === undefined ? {} : { delay }),
    ...(maxOpsPerStage === undefined ? {} : { maxOpsPerStage }),
  });
}
