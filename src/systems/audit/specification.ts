/**
 * The plainest circuit of a model: what a network means, before anyone has shared or saved anything.
 *
 * It is the network compiled with the strategy `multiplier`: a dense element is Σ w·x + b with one product per weight in
 * one sum, without adder graphs and without any search. Adders share nothing and save nothing there, so the only parts of
 * the compiler that stand between the network and this circuit are the lowerings themselves.
 *
 * An exact result that nobody asked a format for has the narrowest that its adders can prove. Such results take the
 * formats of the circuit that is audited, where these hold every value; the layers that read them are then functions
 * of the same codes on both sides.
 */
import type { LayerGraph } from '../../circuit/index.ts';
import { compileNetwork, type CompileOptions } from '../../compile/index.ts';
import type { Network } from '../../network/index.ts';

/**
 * Compile the specification of a network.
 *
 * @param options - those that the audited circuit was compiled with; strategy and adders have no effect
 * @param circuit - the audited circuit, for the formats of results that have none of their own
 * @throws the errors of `compileNetwork`
 */
export function specificationGraph(network: Network, options: CompileOptions, circuit: LayerGraph): LayerGraph {
  const ports = new Map(circuit.layers.map((layer) => [layer.name, layer.circuit.outputs[0]!.formats]));
  return compileNetwork(network, { ...options, strategy: 'multiplier' }, ports);
}
