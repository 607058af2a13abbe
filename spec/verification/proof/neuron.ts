/** The worked example of docs/proof.md: a neuron of two inputs, from its weights to Verilog. */
import { withNarrowPorts, withoutUnreadElements } from '../../../src/circuit/index.ts';
import type { LayerGraph } from '../../../src/circuit/index.ts';
import { compileNetwork } from '../../../src/compile/index.ts';
import { device, ultrascalePlusDelay } from '../../../src/estimation/index.ts';
import { pipelineGraph, scheduleGraph } from '../../../src/netlist/index.ts';
import type { Netlist } from '../../../src/netlist/index.ts';
import { buildNetwork } from '../../../src/network/index.ts';
import type { Network } from '../../../src/network/index.ts';
import { stream } from '../../../src/random/index.ts';

/** Weights, first input first, and the bias. */
const WEIGHTS = [0.75, -1.25];
const BIAS = 0.25;

function network(): Network {
  const drawn = buildNetwork(
    'neuron',
    [{ name: 'x', shape: [2] }],
    [{ kind: 'dense', name: 'sum', attributes: { units: 1 } }],
    stream('the values are replaced'),
  );
  const layers = drawn.layers.map((layer) => ({
    ...layer,
    parameters: {
      kernel: { ...layer.parameters['kernel']!, data: Float32Array.from(WEIGHTS) },
      bias: { ...layer.parameters['bias']!, data: Float32Array.from([BIAS]) },
    },
  }));
  return {
    ...drawn,
    layers,
    precision: {
      x: { result: 'ap_fixed<4,2>' },
      sum: { weight: 'ap_fixed<5,2>', bias: 'ap_fixed<6,2>', result: 'ap_fixed<4,2,AP_RND,AP_SAT>' },
    },
  } as Network;
}

export interface Neuron {
  readonly model: LayerGraph;
  readonly circuit: LayerGraph;
  readonly built: LayerGraph;
  readonly netlist: Netlist;
  readonly latency: number;
}

/** The model with plain multipliers, the circuit with additions, and the pipeline of the latter in one stage. */
export function neuron(): Neuron {
  const model = compileNetwork(network(), { strategy: 'multiplier' });
  const circuit = compileNetwork(network(), { strategy: 'shift-add' });
  const built = withoutUnreadElements(withNarrowPorts(circuit));
  const delay = ultrascalePlusDelay(device('xcvu13p-flga2577-2-e'));
  const schedule = scheduleGraph(built, { periodNs: 4, delay });
  return { model, circuit, built, netlist: pipelineGraph(built, schedule), latency: schedule.latencyCycles };
}
