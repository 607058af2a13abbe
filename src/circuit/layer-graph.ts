/**
 * A network as a graph of circuits, one per layer: what emulation runs layer by layer and what becomes one Verilog
 * module per layer.
 *
 * Layers stand in topological order. Each circuit has one output port; input port k of a layer is fed by the graph
 * input or by the earlier layer named `inputs[k]`, whose formats it must repeat element for element.
 */
import type { FixedFormat } from '../fixed/index.ts';
import type { Circuit } from './circuit.ts';

export interface GraphInput {
  readonly name: string;
  readonly formats: readonly FixedFormat[];
}

export interface GraphLayer {
  readonly name: string;
  /** Layer kind of the network it was compiled from ("dense", "relu", …), for reports. */
  readonly kind: string;
  readonly circuit: Circuit;
  readonly inputs: readonly string[];
}

export interface LayerGraph {
  readonly name: string;
  readonly inputs: readonly GraphInput[];
  readonly layers: readonly GraphLayer[];
  /** Names of the layers whose outputs are the outputs of the graph. */
  readonly outputs: readonly string[];
}
