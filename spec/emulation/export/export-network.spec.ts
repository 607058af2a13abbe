/** Exported networks against the exact interpreter: every operation, both profiles, all targets, real engines. */
import * as fc from 'fast-check';
import { newQuickJSWASMModuleFromVariant, type QuickJSSyncVariant } from 'quickjs-emscripten-core';
import quickjs from '@jitl/quickjs-wasmfile-release-sync';
import { describe, expect, it } from 'vitest';
import { circuitBuilder, type LayerGraph, type MultiplicationStrategy } from '../../../src/circuit/index.ts';
import { compileNetwork } from '../../../src/compile/index.ts';
import { EXPORT_TARGETS, exportNetwork } from '../../../src/emulation/index.ts';
import { UnsupportedError } from '../../../src/errors.ts';
import { fixed, fromDouble, OVERFLOWS, QUANTIZATIONS, toDouble, ufixed } from '../../../src/fixed/index.ts';
import { buildNetwork, type Network } from '../../../src/network/index.ts';
import { stream } from '../../../src/random/index.ts';
import {
  circuitCases,
  circuits,
  graphCases,
  layerGraphs,
  networkCases,
  networks,
} from '../../../src/verification/arbitraries/index.ts';
import { cortexTools, runOnCortexM } from './cortex-m.ts';
import {
  evaluateModule,
  type Event,
  expected,
  graphOf,
  hasTool,
  inFolder,
  options,
  runExported,
  runTool,
  STRICT,
  testC,
} from './targets.ts';

const profiles = ['exact', 'hls4ml'] as const;
const modules = ['js', 'wasm'] as const;

/** 16-64-32-32-5 with softmax, every activation in 16 bits. */
const jetTagger: Network = buildNetwork(
  'jet tagger',
  [{ name: 'x', shape: [16] }],
  [
    { kind: 'dense', name: 'fc1', attributes: { units: 64 } },
    { kind: 'relu', name: 'relu1' },
    { kind: 'dense', name: 'fc2', attributes: { units: 32 } },
    { kind: 'relu', name: 'relu2' },
    { kind: 'dense', name: 'fc3', attributes: { units: 32 } },
    { kind: 'relu', name: 'relu3' },
    { kind: 'dense', name: 'output', attributes: { units: 5 } },
    { kind: 'softmax', name: 'softmax' },
  ],
  stream('jet'),
);
const narrow = Object.fromEntries(
  ['relu1', 'relu2', 'relu3', 'output', 'softmax'].map((name) => [name, { result: 'ap_fixed<16,6>' }]),
);
const jetGraphs = new Map<string, LayerGraph>();
/** The jet tagger as circuits, made once. */
function jetGraph(profile: 'exact' | 'hls4ml', strategy: MultiplicationStrategy = 'adder-graph'): LayerGraph {
  const key = `${profile} ${strategy}`;
  const graph = jetGraphs.get(key) ?? compileNetwork(jetTagger, { profile, strategy, layerPrecision: narrow });
  jetGraphs.set(key, graph);
  return graph;
}

/** Compare, or return false where a target's words are too narrow. */
function agrees(graph: LayerGraph, target: 'js' | 'wasm', events: readonly Event[]): boolean {
  let got: number[][];
  try {
    got = runExported(graph, target, events);
  } catch (error) {
    if (error instanceof UnsupportedError) return false;
    throw error;
  }
  expect(got).toEqual(expected(graph, events));
  return true;
}

/** A network that a profile takes, or undefined. */
function compiled(network: Network, profile: 'exact' | 'hls4ml'): LayerGraph | undefined {
  try {
    return compileNetwork(network, { profile });
  } catch (error) {
    if (error instanceof UnsupportedError) return undefined;
    throw error;
  }
}

describe.each(modules)('%s', (target) => {
  it.each([16, 31, 53, 62])('computes every operation up to %i bits', (maxWidth) => {
    let ran = 0;
    fc.assert(
      fc.property(circuitCases({ maxWidth, inputFormats: { maxWidth: 24 } }, { maxSamples: 4 }), (value) => {
        if (agrees(graphOf(value.circuit), target, value.samples)) ran++;
      }),
      { numRuns: 60 },
    );

    expect(ran).toBeGreaterThan(40);
  });

  it('reads a value whose format is wider than what it holds', () => {
    const builder = circuitBuilder('wide');
    const [x] = builder.input('x', [fixed(1, 1)]);
    builder.output('y', [x!, builder.constant(0n, -31)], [fixed(1, 1), ufixed(1, 32)]);

    expect(agrees(graphOf(builder.build()), target, [[[0n]], [[-1n]]])).toBe(true);
  });

  it('computes graphs with several inputs and layers', () => {
    fc.assert(
      fc.property(graphCases({}, { maxSamples: 4 }), ({ graph, samples }) => {
        agrees(graph, target, samples);
      }),
      { numRuns: 60 },
    );
  });

  it.each(profiles)('computes networks in the %s profile', (profile) => {
    let ran = 0;
    fc.assert(
      fc.property(networkCases({ maxFeatures: 8 }, { maxSamples: 4 }), ({ network, samples }) => {
        const graph = compiled(network, profile);
        if (graph !== undefined && agrees(graph, target, samples)) ran++;
      }),
      { numRuns: 60 },
    );

    expect(ran).toBeGreaterThan(30);
  });

  it.each(profiles)('computes a jet tagger in the %s profile with every strategy', (profile) => {
    const random = stream('jet inputs');
    const events = Array.from({ length: 6 }, (_, k) => [
      Array.from({ length: 16 }, () => BigInt(k === 0 ? -32768 : k === 1 ? 32767 : random.integer(-32768, 32768))),
    ]);
    for (const strategy of ['adder-graph', 'shift-add', 'multiplier'] as const) {
      expect(agrees(jetGraph(profile, strategy), target, events)).toBe(true);
    }
  });

  it('computes accumulators that saturate or round at every step, as one loop per layer', () => {
    const overflows = ['AP_SAT', 'AP_SAT_SYM', 'AP_SAT_ZERO', 'AP_WRAP_SM'];
    const network = (units: number): Network =>
      buildNetwork(
        'accumulators',
        [{ name: 'x', shape: [12] }],
        [
          { kind: 'dense', name: 'fc1', attributes: { units } },
          { kind: 'relu', name: 'relu1' },
          { kind: 'dense', name: 'fc2', attributes: { units: 3 } },
        ],
        stream('accumulators'),
      );
    const random = stream('accumulator inputs');
    const events = Array.from({ length: 20 }, () => [
      Array.from({ length: 12 }, () => BigInt(random.integer(-512, 512))),
    ]);
    for (const overflow of overflows) {
      const precision = { accum: `ap_fixed<9,3,AP_RND_CONV,${overflow}>`, result: 'ap_fixed<9,3>' };
      const graph = compileNetwork(network(9), {
        profile: 'hls4ml',
        precision: 'ap_fixed<10,4>',
        layerPrecision: { fc1: precision, fc2: precision },
      });

      expect(agrees(graph, target, events)).toBe(true);
      expect(exportNetwork(graph, target, options).codeBytes).toBeLessThan(8192);
    }
  });

  it.each(profiles)('computes a convolutional network in the %s profile, in code of the same size', (profile) => {
    const network = buildNetwork(
      'cnn',
      [{ name: 'x', shape: [9, 16, 1] }],
      [
        { kind: 'conv2d', name: 'conv', attributes: { filters: 4, size: [3, 3], strides: [1, 1], padding: 'same' } },
        { kind: 'relu', name: 'relu' },
        { kind: 'pooling2d', name: 'pool', attributes: { operation: 'maximum', size: [2, 2] } },
        { kind: 'flatten', name: 'flat' },
        { kind: 'dense', name: 'fc', attributes: { units: 3 } },
      ],
      stream('cnn'),
    );
    const format = { result: 'ap_fixed<12,4>' };
    const graph = compileNetwork(network, { profile, layerPrecision: { relu: format, fc: format } });
    const random = stream('cnn inputs');
    const events = Array.from({ length: 3 }, () => [
      Array.from({ length: 144 }, () => BigInt(random.integer(-32768, 32768))),
    ]);

    expect(agrees(graph, target, events)).toBe(true);
    expect(exportNetwork(graph, target, options).codeBytes).toBeLessThan(8192);
  });

  it('quantizes in every mode as the format says, and dequantizes', () => {
    const formats = QUANTIZATIONS.flatMap((quantization) =>
      OVERFLOWS.flatMap((overflow) => [
        fixed(6, 3, { quantization, overflow }),
        fixed(5, 7, { quantization, overflow }),
        ...(overflow === 'AP_WRAP_SM' ? [] : [ufixed(6, 2, { quantization, overflow })]),
        ...(overflow.startsWith('AP_WRAP') ? [fixed(6, 3, { quantization, overflow, saturationBits: 2 })] : []),
        ...(overflow === 'AP_WRAP_SM' ? [fixed(6, 3, { quantization, overflow, saturationBits: 1 })] : []),
        ...(overflow === 'AP_WRAP' ? [ufixed(6, 2, { quantization, overflow, saturationBits: 3 })] : []),
      ]),
    );
    const builder = circuitBuilder('copy');
    const wires = builder.input('x', formats);
    builder.output('y', wires, formats);
    const layer = { name: 'copy', kind: 'linear', circuit: builder.build(), inputs: ['x'] };
    const graph = { name: 'copy', inputs: [{ name: 'x', formats }], layers: [layer], outputs: ['copy'] };
    const { quantize, dequantize } = evaluateModule(exportNetwork(graph, target, options).files);

    const special = [0, -0, 0.0625, -0.0625, 0.1875, 3.9375, -4, 1e300, -1e300, 5e-324, -5e-324, 2 ** -60 - 0.5];
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...special), fc.double({ noNaN: true, noDefaultInfinity: true })), (x) => {
        const codes = quantize(formats.map(() => x));

        expect([...codes]).toEqual(formats.map((format) => Number(fromDouble(x, format))));
        expect([...dequantize(codes)]).toEqual(
          formats.map((format, k) => toDouble(BigInt(codes[k]!), format.width - format.integer)),
        );
      }),
      { numRuns: 300, examples: special.map((x) => [x]) },
    );
    expect(() => quantize(formats.map(() => Number.NaN))).toThrow(RangeError);
    expect(() => quantize([1])).toThrow(`${formats.length} values are needed`);
  });

  it('refuses codes outside the format', () => {
    const { run } = evaluateModule(exportNetwork(jetGraph('hls4ml'), target, options).files);
    const input = new Int32Array(16);
    input[3] = 32768;

    expect(() => run(input, new Int32Array(5))).toThrow('Input 3 is 32768');
  });

  it('runs its self-test in Node', async () => {
    const { files } = exportNetwork(jetGraph('hls4ml'), target, options);

    await inFolder(files, async (folder) => {
      expect(await runTool('node', ['self-test.mjs'], folder)).toBe('self-test: all outputs equal\n');
    });
  });

  it('has a self-test that fails on a difference', async () => {
    const files = exportNetwork(jetGraph('hls4ml'), target, options).files.map(({ path, content }) =>
      path === 'self-test.mjs' ? { path, content: content.replace(/, \[(-?\d+)/, ', [1$1') } : { path, content },
    );

    await inFolder(files, (folder) =>
      expect(runTool('node', ['self-test.mjs'], folder)).rejects.toThrow('vector 0: output 0 is'),
    );
  });
});

describe('js', () => {
  it('runs in QuickJS and needs no BigInt and no other typed arrays', async () => {
    const engine = await newQuickJSWASMModuleFromVariant(quickjs as unknown as QuickJSSyncVariant);
    for (const profile of profiles) {
      const { files } = exportNetwork(jetGraph(profile), 'js', { ...options, vectors: 20 });
      const text = (name: string): string => files.find(({ path }) => path === name)!.content;
      expect(text('jet_tagger.mjs')).not.toMatch(/BigInt|Uint|Int8|Int16|Float32|\d n\b|=>|`/);
      const runtime = engine.newRuntime();
      runtime.setModuleLoader((name) => text(name));
      const context = runtime.newContext();
      const before = 'globalThis.BigInt = undefined; globalThis.console = { log(x) { globalThis.said = x; } };';

      context.unwrapResult(context.evalCode(before)).dispose();
      context.unwrapResult(context.evalCode(text('self-test.mjs'), 'self-test.mjs', { type: 'module' })).dispose();
      const said = context.unwrapResult(context.evalCode('globalThis.said'));

      expect(context.dump(said)).toBe('self-test: all outputs equal');
      said.dispose();
      context.dispose();
      runtime.dispose();
    }
  });
});

describe('wasm', () => {
  it('runs batches across blocks and names the bad code of a batch', () => {
    const graph = jetGraph('hls4ml');
    const { run, runBatch } = evaluateModule(exportNetwork(graph, 'wasm', options).files);
    const random = stream('batch');
    const input = Int32Array.from({ length: 16 * 150 }, () => random.integer(-32768, 32768));
    const output = new Int32Array(5 * 150);

    runBatch!(150, input, output);

    const one = new Int32Array(5);
    for (const event of [0, 63, 64, 128, 149]) {
      run(input.slice(16 * event, 16 * event + 16), one);
      expect(output.slice(5 * event, 5 * event + 5)).toEqual(one);
    }
    input[16 * 100 + 7] = -32769;
    expect(() => runBatch!(150, input, output)).toThrow('Input 1607 is -32769');
  });
});

describe.skipIf(!hasTool('gcc'))('c99 under gcc -std=c99 -Wall -Wextra -Werror -pedantic -fsanitize=undefined', () => {
  const sample = <T>(arbitrary: fc.Arbitrary<T>, count: number): T[] =>
    fc.sample(arbitrary, { numRuns: count, seed: 5 });
  const test = async (graph: LayerGraph): Promise<number> => {
    try {
      await testC(graph, 12);
      return 1;
    } catch (error) {
      if (error instanceof UnsupportedError) return 0;
      throw error;
    }
  };

  it.each([31, 62])('computes every operation up to %i bits', { timeout: 60_000 }, async (maxWidth) => {
    let ran = 0;
    for (const circuit of sample(circuits({ maxWidth, inputFormats: { maxWidth: 24 } }), 8)) {
      ran += await test(graphOf(circuit));
    }

    expect(ran).toBeGreaterThan(5);
  });

  it('computes graphs with several inputs and layers', { timeout: 60_000 }, async () => {
    let ran = 0;
    for (const graph of sample(layerGraphs({}), 6)) ran += await test(graph);

    expect(ran).toBe(6);
  });

  it.each(profiles)('computes networks in the %s profile', { timeout: 60_000 }, async (profile) => {
    let ran = 0;
    for (const network of sample(networks({ maxFeatures: 8 }), 8)) {
      const graph = compiled(network, profile);
      if (graph !== undefined) ran += await test(graph);
    }

    expect(ran).toBeGreaterThan(4);
    expect(await test(jetGraph(profile))).toBe(1);
  });

  it('tests itself by make, and the test can fail', { timeout: 60_000 }, async () => {
    const { files } = exportNetwork(jetGraph('exact'), 'c99', options);

    await inFolder(files, async (folder) => {
      expect(await runTool('make', ['-s', 'test'], folder)).toBe('self-test: all outputs equal\n');
    });
    const wrong = files.map(({ path, content }) =>
      path === 'self_test.c' ? { path, content: content.replace(/(expected\[.*\n {2}\{)/, '$11') } : { path, content },
    );
    await inFolder(wrong, (folder) => expect(runTool('make', ['-s', 'test'], folder)).rejects.toThrow());
  });

  it.each(profiles)('needs less than 8 kB for the code of a dense network in the %s profile', async (profile) => {
    const { files } = exportNetwork(jetGraph(profile), 'c99', options);

    await inFolder(files, async (folder) => {
      await runTool('gcc', [...STRICT, '-Os', '-c', 'jet_tagger.c'], folder);
      const text = /^\.text\s+(\d+)/m.exec(await runTool('size', ['-A', 'jet_tagger.o'], folder));

      expect(Number(text![1])).toBeLessThan(2048);
    });
    expect(exportNetwork(jetGraph(profile), 'js', options).codeBytes).toBeLessThan(8192);
    expect(exportNetwork(jetGraph(profile), 'wasm', options).codeBytes).toBeLessThan(8192);
  });
});

describe.skipIf(cortexTools !== undefined)('c99 on a Cortex-M3 in qemu', () => {
  it.each(profiles)('computes a jet tagger in the %s profile', { timeout: 60_000 }, async (profile) => {
    const { files } = exportNetwork(jetGraph(profile), 'c99', { ...options, vectors: 20 });

    expect(await runOnCortexM(files)).toBe('equal');
    const wrong = files.map(({ path, content }) =>
      path === 'self_test.c' ? { path, content: content.replace(/(expected\[.*\n {2}\{)/, '$11') } : { path, content },
    );
    expect(await runOnCortexM(wrong)).toBe('different');
  });
});

describe('what cannot be exported', () => {
  const oneCast = (width: number, result: number): LayerGraph => {
    const builder = circuitBuilder('square');
    const [x] = builder.input('x', [fixed(width, width)]);
    const format = fixed(result, result);
    builder.output('y', [builder.cast(builder.multiply(x!, builder.multiply(x!, x!)), format)], [format]);
    const layer = { name: 'cube', kind: 'power', circuit: builder.build(), inputs: ['x'] };
    return { name: 'net', inputs: [{ name: 'x', formats: [fixed(width, width)] }], layers: [layer], outputs: ['cube'] };
  };

  it('is a layer beyond the words of its target, by name', () => {
    expect(() => exportNetwork(oneCast(19, 8), 'js', options)).toThrow(
      'Layer "cube" of "net" computes values from -18014398509481984 to 18014329790005248, but this target has words of 53 bits; narrow its formats',
    );
    expect(exportNetwork(oneCast(19, 8), 'c99', options).codeBytes).toBeGreaterThan(0);
    for (const target of ['c99', 'wasm'] as const) {
      expect(() => exportNetwork(oneCast(23, 8), target, options)).toThrow(/Layer "cube" of "net" .* 64 bits/);
    }
  });

  it('is an input or output beyond 32 bits, by name', () => {
    for (const target of EXPORT_TARGETS) {
      expect(() => exportNetwork(oneCast(33, 8), target, options)).toThrow(
        'The input "x" of "net" has the format ap_fixed<33,33>',
      );
      expect(() => exportNetwork(oneCast(12, 36), target, options)).toThrow('The output "cube" of "net"');
    }
  });

  it('is an unknown target', () => {
    expect(() => exportNetwork(oneCast(4, 8), 'rust' as 'js', options)).toThrow(
      'Export target "rust" is not known; it must be one of wasm, js, c99.',
    );
  });
});

describe('names', () => {
  it.each(['x/y "*/ #include', '9', '', 'int', '漢字 ??/'])('of a model such as %j give valid files', async (name) => {
    const graph = { ...jetGraph('hls4ml'), name };
    for (const target of EXPORT_TARGETS) {
      const { files } = exportNetwork(graph, target, options);

      expect(files.every(({ path }) => /^[\w.-]+$/.test(path))).toBe(true);
      if (target !== 'c99') evaluateModule(files);
      else if (hasTool('gcc')) await testC(graph, 2);
    }
  });

  it('and everything else are the same in every export', () => {
    for (const target of EXPORT_TARGETS) {
      expect(exportNetwork(jetGraph('exact'), target, options)).toEqual(
        exportNetwork(jetGraph('exact'), target, options),
      );
    }
  });
});
