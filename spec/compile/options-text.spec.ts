/** Compile options as text: what is written is read, defaults included, and mistakes are named. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { optimizeAdders } from '../../src/circuit/index.ts';
import {
  compileNetwork,
  type CompileOptions,
  parseCompileOptions,
  serializeCompileOptions,
} from '../../src/compile/index.ts';
import { FormatError } from '../../src/errors.ts';
import { formatText } from '../../src/fixed/index.ts';
import { buildNetwork } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { formats } from '../../src/verification/arbitraries/index.ts';

const format = formats({ minWidth: 1, maxWidth: 20 }).map(formatText);
const name = fc.stringMatching(/^[a-z]\w{0,5}$/);
const count = fc.integer({ min: 2, max: 5000 });
const options: fc.Arbitrary<CompileOptions> = fc.record(
  {
    profile: fc.constantFrom('hls4ml', 'exact'),
    strategy: fc.constantFrom('adder-graph', 'shift-add', 'multiplier'),
    adderDepth: fc.oneof(fc.nat(9), fc.constant(Infinity)),
    adderEffort: fc.double({ min: 0, max: 1e9, noNaN: true }).map(Math.abs),
    precision: format,
    layerPrecision: fc.dictionary(
      name,
      fc.dictionary(name, fc.oneof(format, fc.constant('auto'), fc.array(format, { maxLength: 3 }))),
    ),
    inputFormats: fc.dictionary(name, fc.array(format, { maxLength: 3 })),
    tableSize: count,
    softmax: fc.record(
      {
        implementation: fc.constantFrom('stable', 'latency', 'legacy', 'argmax'),
        expTableSize: count,
        invTableSize: count,
        expScale: fc.double({ min: -4, max: 4, noNaN: true }).map((scale) => scale + 0),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

describe('the text of compile options', () => {
  test.prop([options])('reads back as the same options, with the defaults written out', (asked) => {
    const text = serializeCompileOptions(asked);
    const { options: read, hasOwnOptimizer } = parseCompileOptions(text);

    expect(read).toMatchObject(asked);
    expect(Object.keys(read)).toHaveLength(9);
    expect(hasOwnOptimizer).toBe(false);
    expect(serializeCompileOptions(read)).toBe(text);
  });

  it('has the defaults of the compiler', () => {
    const network = buildNetwork(
      'defaults',
      [{ name: 'in', shape: [3] }],
      [
        { kind: 'dense', name: 'fc', attributes: { units: 3 } },
        { kind: 'softmax', name: 'out' },
      ],
      stream('options text'),
    );
    for (const asked of [{}, { profile: 'hls4ml' }] as const) {
      const { options: read } = parseCompileOptions(serializeCompileOptions(asked));
      expect(compileNetwork(network, read)).toEqual(compileNetwork(network, asked));
    }
    expect(serializeCompileOptions({ adderDepth: Infinity })).toBe(`{
  "format": "distill-rtl/compile/1",
  "profile": "exact",
  "strategy": "adder-graph",
  "adderDepth": "Infinity",
  "adderEffort": 1,
  "precision": "ap_fixed<16,6>",
  "layerPrecision": {},
  "inputFormats": {},
  "tableSize": 1024,
  "softmax": {}
}
`);
  });

  it('says that the adders had an optimiser of their own, which it does not hold', () => {
    const text = serializeCompileOptions({ adderOptimizer: optimizeAdders });
    const { options: read, hasOwnOptimizer } = parseCompileOptions(text);

    expect(hasOwnOptimizer).toBe(true);
    expect(read).not.toHaveProperty('adderOptimizer');
  });

  const changed = (change: object): string =>
    JSON.stringify({ ...(JSON.parse(serializeCompileOptions({})) as object), ...change });

  it.each([
    ['', 'The compile options are not JSON: Unexpected end of JSON input.'],
    ['[]', /malformed at their top level: .*object/],
    [changed({ format: 'distill-rtl/compile/2' }), /malformed at format: .*"distill-rtl\/compile\/1"/],
    [changed({ speed: 1 }), /malformed at their top level: .*"speed"/],
    [changed({ profile: 'fast' }), /malformed at profile: .*"hls4ml"\|"exact"/],
    [changed({ adderDepth: 'much' }), /malformed at adderDepth: it must be an integer of at least 0 or "Infinity"\.$/],
    [changed({ adderEffort: null }), /malformed at adderEffort: /],
    [changed({ tableSize: 1 }), /malformed at tableSize: .*2/],
    [changed({ precision: 'ap_fixed<8>' }), /malformed at precision: .*ap_fixed<8>/],
    [changed({ precision: 'auto' }), /malformed at precision: .*auto/],
    [
      changed({ layerPrecision: { fc: { result: 3 } } }),
      /at layerPrecision\.fc\.result: it must be a format, "auto" or a/,
    ],
    [changed({ layerPrecision: { fc: { result: ['ap_int<4>', 'auto'] } } }), /at layerPrecision\.fc\.result: .*auto/],
    [changed({ softmax: { implementation: 'quick' } }), /malformed at softmax\.implementation: /],
  ])('refuses what is malformed (%#)', (text, message) => {
    expect(() => parseCompileOptions(text)).toThrow(FormatError);
    expect(() => parseCompileOptions(text)).toThrow(message);
  });

  it('is not written of options that could not be read', () => {
    expect(() => serializeCompileOptions({ adderEffort: NaN })).toThrow(FormatError);
  });
});
