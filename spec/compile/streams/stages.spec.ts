/** Which stages networks become: what shares one, what stands between them, what is refused. */
import { describe, expect, it } from 'vitest';
import { stageCounts, type StreamGraph } from '../../../src/circuit/index.ts';
import {
  compileNetwork,
  type CompileOptions,
  compileStreams,
  scheduleChoices,
  type Schedules,
} from '../../../src/compile/index.ts';
import { ShapeError, UnsupportedError, ValueError } from '../../../src/errors.ts';
import { formatText } from '../../../src/fixed/index.ts';
import { buildNetwork, type LayerSpec, type Network } from '../../../src/network/index.ts';
import { stream } from '../../../src/random/index.ts';
import { expectSameValues, randomSamples, validateAll } from './same-values.ts';

const build = (shape: readonly number[], specs: readonly LayerSpec[], outputs?: readonly string[]): Network => {
  const network = buildNetwork('net', [{ name: 'in', shape }], specs, stream('stages'));
  return outputs === undefined ? network : { ...network, outputs };
};

/** Compile, check everything, and write the stages as "layers <- inputs". */
function stagesOf(network: Network, options: CompileOptions, schedules: Schedules = {}): string[] {
  return describeStages(checked(network, options, schedules));
}

function checked(network: Network, options: CompileOptions, schedules: Schedules = {}): StreamGraph {
  const graph = compileStreams(network, { adderEffort: 0, ...options }, schedules);
  validateAll(graph);
  const unrolled = compileNetwork(network, { adderEffort: 0, ...options });
  expectSameValues(unrolled, graph, randomSamples(unrolled, 4, 1));
  return graph;
}

const describeStages = (graph: StreamGraph): string[] =>
  graph.stages.map(({ name, layers, inputs }) => `${layers.join('+') || name} <- ${inputs.join('+')}`);

const conv = (name: string, attributes: object = {}): LayerSpec => ({
  kind: 'conv2d',
  name,
  attributes: { filters: 2, size: [2, 2], ...attributes },
});
const relu = (name: string): LayerSpec => ({ kind: 'relu', name });
const hls4ml: CompileOptions = { profile: 'hls4ml', precision: 'ap_fixed<10,4>' };

describe('stages', () => {
  const network = build(
    [5, 5, 1],
    [
      conv('c'),
      relu('r'),
      { kind: 'pooling2d', name: 'p', attributes: { operation: 'maximum', size: [2, 2] } },
      { kind: 'flatten', name: 'f' },
      { kind: 'dense', name: 'd', attributes: { units: 3 } },
      relu('s'),
      { kind: 'dense', name: 'e', attributes: { units: 2 } },
      { kind: 'softmax', name: 'm' },
    ],
  );

  it('take in the layers that follow beat by beat', () => {
    expect(stagesOf(network, hls4ml)).toEqual(['c+r <- in', 'p <- r', 'd+s+e+m <- p']);
    expect(stagesOf(network, hls4ml, { default: { layout: 'whole' } })).toEqual(['c+r+p+d+s+e+m <- in']);
  });

  it('are named by their last layer and end with its circuit', () => {
    const graph = checked(network, hls4ml);
    expect(graph.stages.map(({ name, kind }) => [name, kind])).toEqual([
      ['r', 'conv2d'],
      ['p', 'pooling2d'],
      ['m', 'dense'],
    ]);
    expect(graph.outputs).toEqual(['m']);
    const [, , last] = graph.stages;
    expect(last!.circuit.layers.map(({ name }) => name)).toEqual(['d_terms']);
    expect(last!.finish!.layers.map(({ name }) => name)).toEqual(['d', 's', 'e', 'm']);
  });

  it('change the layout between neighbours that differ', () => {
    const schedules: Schedules = { layers: { p: { layout: 'columns' }, d: { layout: 'whole' } } };
    expect(stagesOf(network, hls4ml, schedules)).toEqual([
      'c+r <- in',
      'r_gather <- r',
      'r_split <- r_gather',
      'p <- r_split',
      'p_gather <- p',
      'd+s+e+m <- p_gather',
    ]);
  });

  it('compute a layer with a reuse factor apart, activations behind it result by result', () => {
    const schedules: Schedules = { layers: { c: { layout: 'columns', reuse: 8 }, r: { layout: 'columns' } } };
    const graph = checked(network, hls4ml, schedules);
    const [first] = graph.stages;
    expect(first!.layers).toEqual(['c', 'r']);
    // Four terms and two outputs: both are cut, and two results make a beat.
    expect(first!.gather.results).toBe(2);
    expect(stageCounts(graph, first!)).toMatchObject({ patches: 4, steps: 32, results: 8, outputBeats: 4 });
    // A softmax needs a whole beat, and cannot follow.
    const parted = stagesOf(build([2, 2, 1], [conv('c', { size: [1, 2] }), { kind: 'softmax', name: 'm' }]), hls4ml, {
      layers: { c: { layout: 'pixels', reuse: 4 } },
    });
    expect(parted).toEqual(['c <- in', 'm <- c']);
  });

  it('share branches that part and meet beat by beat, and no others', () => {
    const branches = (second: LayerSpec): Network =>
      build(
        [3, 3, 2],
        [
          relu('a'),
          { ...second, inputs: ['a'] } as LayerSpec,
          { kind: 'merge', name: 'sum', inputs: ['a', 'b'], attributes: { operation: 'add' } },
        ],
      );
    expect(stagesOf(branches({ kind: 'tanh', name: 'b' }), hls4ml)).toEqual(['a+b+sum <- in']);
    expect(stagesOf(branches(conv('b', { padding: 'same' })), hls4ml)).toEqual(['a <- in', 'b <- a', 'sum <- a+b']);
  });

  it('leave what is read elsewhere or is an output', () => {
    expect(stagesOf(build([2, 2, 1], [relu('a'), { kind: 'tanh', name: 'b' }], ['a', 'b']), hls4ml)).toEqual([
      'a <- in',
      'b <- a',
    ]);
  });

  it('drop layers on which no output depends', () => {
    expect(stagesOf(build([2, 2, 1], [relu('a'), { kind: 'tanh', name: 'b' }], ['a']), hls4ml)).toEqual(['a <- in']);
  });

  it('copy an input that several read', () => {
    const network = build(
      [3, 3, 1],
      [
        conv('a', { padding: 'same' }),
        { ...conv('b', { padding: 'same' }), inputs: ['in'] } as LayerSpec,
        { kind: 'concatenate', name: 'j', inputs: ['a', 'b'] },
      ],
    );
    expect(stagesOf(network, hls4ml)).toEqual(['in_copy <- in', 'a <- in_copy', 'b <- in_copy', 'j <- a+b']);
  });

  it('have other names than layers', () => {
    const network = build(
      [4],
      [
        { kind: 'relu', name: 'x' },
        { kind: 'dense', name: 'w', attributes: { units: 2 } },
      ],
    );
    expect(stagesOf(network, hls4ml, { layers: { w: { layout: 'whole', reuse: 4 } } })).toEqual(['x <- in', 'w <- x']);
  });
});

describe('formats', () => {
  it('are those that are asked for', () => {
    const network = build([3, 4, 1], [conv('c', { padding: 'same' }), { kind: 'flatten', name: 'f' }]);
    const options: CompileOptions = { layerPrecision: { c: { result: 'ap_fixed<9,4,AP_RND,AP_SAT>' } } };
    const graph = checked(network, options);
    const texts = new Set(graph.stages.at(-1)!.output.formats.map(formatText));
    expect(texts).toEqual(new Set(['ap_fixed<9,4,AP_RND,AP_SAT>']));
  });

  it('for single elements may repeat from beat to beat, and no more', () => {
    const network = build([3, 1], [{ kind: 'conv1d', name: 'c', attributes: { filters: 2, size: [1], strides: [2] } }]);
    const [wide, narrow] = ['ap_fixed<12,6>', 'ap_fixed<6,4,AP_RND,AP_SAT>'] as const;
    const ask = (result: readonly string[]): CompileOptions => ({ layerPrecision: { c: { result } } });
    checked(network, ask([wide, narrow, wide, narrow]));
    checked(network, ask([wide, narrow, narrow, wide]), { default: { layout: 'whole' } });
    expect(() => compileStreams(network, ask([wide, narrow, narrow, wide]))).toThrow(
      'Layer "c" is asked for results of different formats in elements that one circuit computes in turn; with such formats it can be whole only, with reuse 1.',
    );
  });

  it('of inputs hold every beat', () => {
    const network = build(
      [2, 1],
      [{ kind: 'conv1d', name: 'c', attributes: { filters: 1, size: [2], padding: 'same' } }],
    );
    const graph = checked(network, { inputFormats: { in: ['ap_fixed<6,3>', 'ap_ufixed<4,4>'] } });
    expect(graph.inputs[0]!.type.formats.map(formatText)).toEqual(['ap_fixed<8,5>']);
  });

  it('that decide how a layer rounds must be asked for', () => {
    const network = build(
      [3, 2],
      [
        { kind: 'conv1d', name: 'c', attributes: { filters: 1, size: [2] } },
        { kind: 'tanh', name: 't' },
      ],
    );
    expect(() => compileStreams(network, {})).toThrow(
      'Layer "t" (tanh) rounds by the format of what it reads, and "c" has no format of its own in this schedule; ask for one format of its result.',
    );
    checked(network, {}, { default: { layout: 'whole' } });
    checked(network, { layerPrecision: { c: { result: 'ap_fixed<14,4>' } } });
    // With few codes every one of them has an entry of its own, whatever the format.
    const narrow = { in: { result: 'ap_fixed<3,1>' }, c: { weight: 'ap_fixed<2,1>', bias: 'ap_fixed<2,1>' } };
    checked(network, { layerPrecision: narrow });
  });
});

describe('refusals', () => {
  const network = build(
    [4, 3, 2],
    [conv('c'), { kind: 'flatten', name: 'f' }, { kind: 'dense', name: 'd', attributes: { units: 6 } }],
  );
  const compile = (schedules: Schedules) => (): unknown => compileStreams(network, hls4ml, schedules);

  it('name the layer, what it has and what it can have', () => {
    expect(compile({ layers: { e: { layout: 'whole' } } })).toThrow(
      'A schedule is given for "e", which is no layer of network "net"; its layers are c, f, d.',
    );
    expect(compile({ layers: { c: { layout: 'rows' as never } } })).toThrow(
      'The schedule of layer "c" has layout "rows"; it must be one of whole, columns, pixels.',
    );
    expect(compile({ default: { layout: 'whole', reuse: 0.5 } })).toThrow(
      'The default schedule has reuse 0.5; it must be an integer of at least 1.',
    );
    expect(compile({ layers: { c: { layout: 'pixels', reuse: 3 } } })).toThrow(
      'Layer "c" has reuse 3, but it has sums of 8 terms for 2 outputs; the nearest that divide are 2 and 4.',
    );
    expect(compile({ layers: { d: { layout: 'pixels', reuse: 5 } } })).toThrow(
      'Layer "d" has reuse 5, but it has sums of 2 terms for 6 outputs; the nearest that divide are 4 and 6.',
    );
    expect(compile({ default: { layout: 'pixels', reuse: 3 } })).toThrow(ValueError);
  });

  it('of joins along another axis than channels', () => {
    const joined = (axis: number): Network =>
      build(
        [2, 3, 1],
        [
          relu('a'),
          conv('b', { size: [1, 1], filters: 1 }),
          { kind: 'concatenate', name: 'j', inputs: ['a', 'b'], attributes: { axis } },
        ],
      );
    expect(() => compileStreams(joined(1), hls4ml, { default: { layout: 'pixels' } })).toThrow(UnsupportedError);
    expect(() => compileStreams(joined(0), hls4ml, { layers: { j: { layout: 'pixels' } } })).toThrow(
      'Layer "j" (concatenate) cannot take its inputs as pixels; it can take them as whole, columns.',
    );
    checked(joined(0), hls4ml, { default: { layout: 'columns' } });
    // Left to choose, it takes them whole.
    expect(stagesOf(joined(1), hls4ml).at(-1)).toBe('j <- a_gather+b_gather');
  });

  it('of inputs that lead nowhere', () => {
    const inputs = ['in', 'other'].map((name) => ({ name, shape: [2] }));
    const network = buildNetwork('net', inputs, [{ kind: 'relu', name: 'r' }], stream('x'));
    expect(() => compileStreams(network, hls4ml)).toThrow(
      'No output of network "net" depends on its input "other"; in a stream design every input must be read.',
    );
  });

  it('of windows that do not fit are those of the network', () => {
    const layers = network.layers.map((layer) =>
      layer.name === 'c' ? { ...layer, attributes: { ...layer.attributes, size: [5, 2] } } : layer,
    );
    expect(() => compileStreams({ ...network, layers } as Network, hls4ml)).toThrow(ShapeError);
  });
});

describe('choices', () => {
  it('are listed by layer, in the layout of its schedule', () => {
    const network = build(
      [4, 3, 2],
      [conv('c'), { kind: 'flatten', name: 'f' }, { kind: 'dense', name: 'd', attributes: { units: 2 } }],
    );
    const layouts = ['whole', 'columns', 'pixels'];
    expect(scheduleChoices(network, hls4ml)).toEqual([
      { name: 'c', kind: 'conv2d', layouts, reuse: [1, 2, 4, 8, 16] },
      { name: 'd', kind: 'dense', layouts, reuse: [1, 2, 4] },
    ]);
    expect(scheduleChoices(network, hls4ml, { default: { layout: 'whole' } })[1]!.reuse).toEqual([
      1, 2, 3, 4, 6, 8, 12, 24,
    ]);
  });
});
