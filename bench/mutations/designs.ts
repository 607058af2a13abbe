/**
 * The five designs whose emitted Verilog the mutation study edits: small networks of different kinds, with seeded weights.
 *
 * All but the last have at most 16 input bits, so that simulation can try every input and tell for certain whether an
 * edit changes what the design computes. Clocks are high, so that the pipelines have registers to edit.
 */
import type { LayerGraph } from '../../src/circuit/index.ts';
import { type CompileOptions, compileNetwork } from '../../src/compile/index.ts';
import { buildNetwork, type LayerPrecision, type LayerSpec, type Network } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { type BuiltPipeline, buildPipeline, type HardwareTarget } from '../../src/systems/index.ts';
import { printMemories, printNetlist, type TextFile } from '../../src/verilog/index.ts';
import { withRandomCodes } from '../designs/random-codes.ts';

export interface MutationDesign {
  readonly name: string;
  /** What the design stands for. */
  readonly about: string;
  /** Sample shapes of the inputs by name. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly layers: readonly LayerSpec[];
  /** Formats by layer or input, and role. */
  readonly precision: Readonly<Record<string, LayerPrecision>>;
  /** Signed bits of the codes of kernels and biases, which have `weightBits − 2` fraction bits. */
  readonly weightBits: number;
  /** Share of the kernel's codes that may differ from zero. */
  readonly density: number;
  readonly compile: CompileOptions;
  readonly target: HardwareTarget;
  /** In the short study of continuous integration. @defaultValue false */
  readonly smoke?: true;
}

/** A design as it is emitted, with the model that it is held against. */
export interface EmittedDesign {
  readonly name: string;
  readonly network: Network;
  /** The model's graph, the reference. */
  readonly graph: LayerGraph;
  readonly target: HardwareTarget;
  readonly pipeline: BuiltPipeline;
  /** Sources and memory files, with paths relative to the root of the folder. */
  readonly files: readonly TextFile[];
}

const part = 'xcvu13p-flga2577-2-e';

export const MUTATION_DESIGNS: readonly MutationDesign[] = [
  {
    name: 'dense',
    about: 'dense 4-4-2 with ReLU, shared adders',
    inputs: { x: [4] },
    layers: [
      { kind: 'dense', name: 'fc1', attributes: { units: 4 } },
      { kind: 'relu', name: 'relu1' },
      { kind: 'dense', name: 'fc2', attributes: { units: 2 } },
    ],
    precision: {
      x: { result: 'ap_fixed<4,2>' },
      fc1: { weight: 'ap_fixed<5,2>', bias: 'ap_fixed<5,2>' },
      relu1: { result: 'ap_ufixed<5,3,AP_RND,AP_SAT>' },
      fc2: { weight: 'ap_fixed<5,2>', bias: 'ap_fixed<5,2>', result: 'ap_fixed<8,4,AP_RND,AP_SAT>' },
    },
    weightBits: 5,
    density: 0.8,
    compile: { strategy: 'adder-graph' },
    target: { part, clockMHz: 400 },
    smoke: true,
  },
  {
    name: 'hls4ml',
    about: 'casts of every product and sum as hls4ml has them: rounding, saturation, wrap-around',
    inputs: { x: [3] },
    layers: [
      { kind: 'dense', name: 'fc1', attributes: { units: 3 } },
      { kind: 'relu', name: 'relu1' },
      { kind: 'dense', name: 'fc2', attributes: { units: 2 } },
    ],
    precision: {
      x: { result: 'ap_fixed<5,2>' },
      fc1: {
        weight: 'ap_fixed<5,2>',
        bias: 'ap_fixed<5,2>',
        accum: 'ap_fixed<7,3,AP_TRN,AP_WRAP>',
        result: 'ap_fixed<6,3,AP_RND,AP_SAT>',
      },
      relu1: { result: 'ap_ufixed<5,2,AP_RND,AP_SAT>' },
      fc2: {
        weight: 'ap_fixed<5,2>',
        bias: 'ap_fixed<5,2>',
        accum: 'ap_fixed<9,4,AP_RND,AP_SAT>',
        result: 'ap_fixed<7,4,AP_RND_CONV,AP_SAT_SYM>',
      },
    },
    weightBits: 5,
    density: 0.8,
    compile: { strategy: 'shift-add', profile: 'hls4ml', precision: 'ap_fixed<9,4>' },
    target: { part, clockMHz: 300 },
  },
  {
    name: 'tables',
    about: 'tanh and sigmoid as tables behind dense layers',
    inputs: { x: [2] },
    layers: [
      { kind: 'dense', name: 'fc1', attributes: { units: 2 } },
      { kind: 'tanh', name: 'act1' },
      { kind: 'dense', name: 'fc2', attributes: { units: 2 } },
      { kind: 'sigmoid', name: 'act2' },
    ],
    precision: {
      x: { result: 'ap_fixed<6,3>' },
      fc1: { weight: 'ap_fixed<6,2>', bias: 'ap_fixed<6,2>', result: 'ap_fixed<6,3,AP_RND,AP_SAT>' },
      act1: { result: 'ap_fixed<6,1,AP_RND,AP_SAT>' },
      fc2: { weight: 'ap_fixed<6,2>', bias: 'ap_fixed<6,2>', result: 'ap_fixed<6,3,AP_TRN,AP_SAT>' },
      act2: { result: 'ap_ufixed<6,0,AP_RND,AP_SAT>' },
    },
    weightBits: 6,
    density: 1,
    compile: { strategy: 'adder-graph' },
    target: { part, clockMHz: 400 },
    smoke: true,
  },
  {
    name: 'convolution',
    about: 'a convolution with maxima, and a second input that joins it, multiplied by constants',
    inputs: { x: [4, 1], z: [2] },
    layers: [
      { kind: 'conv1d', name: 'conv', inputs: ['x'], attributes: { filters: 2, size: [3] } },
      { kind: 'relu', name: 'relu1' },
      { kind: 'pooling1d', name: 'pool', attributes: { operation: 'maximum', size: [2], strides: [2] } },
      { kind: 'flatten', name: 'flat' },
      { kind: 'merge', name: 'least', inputs: ['flat', 'z'], attributes: { operation: 'minimum' } },
      { kind: 'dense', name: 'fc', attributes: { units: 2 } },
    ],
    precision: {
      x: { result: 'ap_fixed<3,2>' },
      z: { result: 'ap_ufixed<2,2>' },
      conv: { weight: 'ap_fixed<5,2>', bias: 'ap_fixed<5,2>' },
      relu1: { result: 'ap_ufixed<4,3,AP_RND,AP_SAT>' },
      fc: { weight: 'ap_fixed<5,2>', bias: 'ap_fixed<5,2>', result: 'ap_fixed<7,4,AP_RND_ZERO,AP_WRAP>' },
    },
    weightBits: 5,
    density: 1,
    compile: { strategy: 'multiplier' },
    target: { part, clockMHz: 240 },
  },
  {
    name: 'trigger',
    about: 'dense 16-16-8-1 with a sigmoid, 128 input bits, 75 % of the weights zero, after QDistillNet',
    inputs: { x: [16] },
    layers: [
      { kind: 'dense', name: 'fc1', attributes: { units: 16 } },
      { kind: 'relu', name: 'relu1' },
      { kind: 'dense', name: 'fc2', attributes: { units: 8 } },
      { kind: 'relu', name: 'relu2' },
      { kind: 'dense', name: 'fc3', attributes: { units: 1 } },
      { kind: 'sigmoid', name: 'weight' },
    ],
    precision: {
      x: { result: 'ap_fixed<8,3>' },
      fc1: { weight: 'ap_fixed<6,2>', bias: 'ap_fixed<6,2>' },
      relu1: { result: 'ap_ufixed<8,4,AP_RND,AP_SAT>' },
      fc2: { weight: 'ap_fixed<6,2>', bias: 'ap_fixed<6,2>' },
      relu2: { result: 'ap_ufixed<8,4,AP_TRN,AP_SAT>' },
      fc3: { weight: 'ap_fixed<6,2>', bias: 'ap_fixed<6,2>', result: 'ap_fixed<8,4,AP_RND,AP_SAT>' },
      weight: { result: 'ap_ufixed<8,0,AP_RND,AP_SAT>' },
    },
    weightBits: 6,
    density: 0.25,
    compile: { strategy: 'adder-graph' },
    target: { part, clockMHz: 240 },
  },
];

/** Build a design and print its Verilog and its memory files. */
export function emitDesign(design: MutationDesign): EmittedDesign {
  const network = designNetwork(design);
  const graph = compileNetwork(network, { ...design.compile, layerPrecision: design.precision });
  const pipeline = buildPipeline(graph, design.target);
  const { netlist } = pipeline;
  const files = [...printNetlist(netlist), ...printMemories(netlist)];
  return { name: design.name, network, graph, target: design.target, pipeline, files };
}

/** The network of a design; its weights are drawn from its name. */
function designNetwork(design: MutationDesign): Network {
  const random = stream('mutations', design.name);
  const inputs = Object.entries(design.inputs).map(([name, shape]) => ({ name, shape }));
  const network = buildNetwork(design.name, inputs, design.layers, random.split('network'));
  return withRandomCodes(network, random, design);
}
