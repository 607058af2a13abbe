/** Results with a format per element: compiled, imitated and checked alike. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { compileNetwork } from '../../src/compile/index.ts';
import { quantizationTransform, quantizeNetwork } from '../../src/compression/index.ts';
import { emulate } from '../../src/emulation/index.ts';
import { ShapeError, UnsupportedError, ValueError } from '../../src/errors.ts';
import { fixed, type FixedFormat, formatText, fractionBits, ufixed } from '../../src/fixed/index.ts';
import {
  buildNetwork,
  type LayerKind,
  type Network,
  parseNetwork,
  predict,
  serializeNetwork,
} from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { tensor, toFlat } from '../../src/tensor/index.ts';

const UNITS = 4;
const INPUTS = 3;
const build = (kind: LayerKind, elements: readonly string[], inputs: readonly string[]): Network =>
  quantizeNetwork(
    buildNetwork(
      'n',
      [{ name: 'x', shape: [INPUTS] }],
      [
        { kind: 'dense', name: 'a', attributes: { units: UNITS } },
        { kind, name: 'r' } as { kind: 'relu'; name: string },
        { kind: 'dense', name: 'b', attributes: { units: 2 } },
      ],
      stream('element formats'),
    ),
    {
      x: { result: inputs },
      a: { weight: 'ap_fixed<6,2,AP_RND_CONV,AP_SAT>', bias: 'ap_fixed<6,2,AP_RND_CONV,AP_SAT>' },
      r: { result: elements },
      b: { weight: 'ap_fixed<6,2,AP_RND_CONV,AP_SAT>', bias: 'ap_fixed<6,2,AP_RND_CONV,AP_SAT>' },
    },
  );

const modes = {
  quantization: fc.constantFrom('AP_TRN', 'AP_RND', 'AP_RND_CONV', 'AP_TRN_ZERO'),
  overflow: fc.constantFrom('AP_SAT', 'AP_WRAP', 'AP_SAT_ZERO'),
} as const;
const format: fc.Arbitrary<FixedFormat> = fc
  .record({
    width: fc.integer({ min: 1, max: 7 }),
    integer: fc.integer({ min: -1, max: 4 }),
    signed: fc.boolean(),
    ...modes,
  })
  .map(({ width, integer, signed, ...rest }) => (signed ? fixed : ufixed)(width, integer, rest as object));
const list = (count: number) => fc.array(format, { minLength: count, maxLength: count });

describe('a result with a format per element', () => {
  test.prop([fc.constantFrom('relu' as const, 'linear' as const), list(UNITS), list(INPUTS), fc.integer()])(
    'is the same in circuit and float shadow',
    (kind, elements, ports, seed) => {
      const network = build(kind, elements.map(formatText), ports.map(formatText));
      const source = stream(seed, 'codes');
      const batch = 16;
      const codes = Int32Array.from({ length: batch * INPUTS }, (_unused, k) => {
        const { width, signed } = ports[k % INPUTS]!;
        return signed ? source.integer(-(2 ** (width - 1)), 2 ** (width - 1)) : source.integer(0, 2 ** width);
      });
      const values = Float32Array.from(codes, (code, k) => code * 2 ** -fractionBits(ports[k % INPUTS]!));

      const graph = compileNetwork(network);
      const found = emulate(graph, batch, [codes]).outputs[0]!;
      const out = graph.layers.at(-1)!.circuit.outputs[0]!.formats;
      const shadow = predict(network, tensor(values, [batch, INPUTS]), {
        transform: quantizationTransform(network.precision!),
      });

      expect(Array.from(found, Number).map((code, k) => code * 2 ** -fractionBits(out[k % 2]!))).toEqual(
        Array.from(toFlat(shadow), (value) => value + 0),
      );
      expect(graph.layers[1]!.circuit.outputs[0]!.formats.map(formatText)).toEqual(elements.map(formatText));
      expect(parseNetwork(serializeNetwork(network))).toEqual(network);
    },
  );

  const narrow = Array.from({ length: UNITS }, () => 'ap_ufixed<4,2>');
  const ports = Array.from({ length: INPUTS }, () => 'ap_fixed<4,2>');

  it('is refused where the numbers differ', () => {
    expect(() => compileNetwork(build('relu', narrow.slice(1), ports))).toThrow(ShapeError);
    expect(() => compileNetwork(build('relu', narrow, ports.slice(1)))).toThrow(ShapeError);
    const network = build('relu', narrow, ports);
    expect(() => compileNetwork(network, { layerPrecision: { r: { result: narrow.slice(1) } } })).toThrow(
      'The result of "r" has 4 elements and a list of 3 formats; the numbers must be equal.',
    );
  });

  it('is refused for weights, by layers that need one format, and in the hls4ml profile', () => {
    const network = build('relu', narrow, ports);
    expect(() => serializeNetwork({ ...network, precision: { a: { weight: narrow } } })).toThrow(ValueError);
    expect(() => compileNetwork(build('sigmoid', narrow, ports))).toThrow(UnsupportedError);
    expect(() => compileNetwork(network, { profile: 'hls4ml' })).toThrow(UnsupportedError);
  });
});
