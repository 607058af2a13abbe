import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError, ValueError } from '../../src/errors.ts';
import {
  device,
  readMeasuredPaths,
  readTimingReport,
  recalibrateDelay,
  ULTRASCALE_PLUS,
} from '../../src/estimation/index.ts';
import type { DelayParameters, MeasuredPath, PathElement } from '../../src/estimation/index.ts';

const vu13p = device('xcvu13p-flga2577-2-e');
const slow = device('xcvu13p-flga2577-1-e');

const element: fc.Arbitrary<PathElement> = fc.oneof(
  fc.record({ kind: fc.constant('lut' as const), sinks: fc.integer({ min: 1, max: 12 }) }),
  fc.record({
    kind: fc.constant('adder' as const),
    sinks: fc.integer({ min: 1, max: 12 }),
    bits: fc.integer({ min: 1, max: 40 }),
  }),
);
const elements = fc.array(element, { minLength: 1, maxLength: 6 });

/** The model's own time of a path, from its formula and nothing else. */
function modelNs(path: readonly PathElement[], p: DelayParameters, factor: number): number {
  const picoseconds = path.reduce((sum, item) => {
    const route = Math.min(p.netCap, p.netBase + p.netPerSink * (item.sinks - 1));
    if (item.kind !== 'adder') return sum + route + p.lut;
    const blocks = Math.ceil(item.bits / 8);
    const carry = blocks === 1 ? p.carryShort : p.carryIn + p.carryLink + p.carryOut + p.carryStep * (blocks - 2);
    return sum + route + p.lut + p.carryEntry + carry + p.carryToLogic;
  }, p.register);
  return (picoseconds * factor) / 1000;
}

describe('recalibrateDelay', () => {
  it('finds the parameters that paths were made with, on a slower part too', () => {
    const parameters = fc.record({
      netBase: fc.integer({ min: 50, max: 300 }),
      netPerSink: fc.integer({ min: 0, max: 15 }),
    });
    fc.assert(
      fc.property(
        fc.array(elements, { minLength: 3, maxLength: 12 }),
        parameters,
        fc.boolean(),
        (all, truth, isSlow) => {
          const made = { ...ULTRASCALE_PLUS, ...truth, netCap: 1000 };
          const known = [[{ kind: 'lut', sinks: 1 }], [{ kind: 'lut', sinks: 9 }]] as const;
          const paths = [...known, ...all].map((path, k): MeasuredPath => ({
            name: `p${k}`,
            measuredNs: modelNs(path, made, isSlow ? 1.15 : 1),
            elements: path,
          }));
          const fit = recalibrateDelay(paths, isSlow ? slow : vu13p, { ...ULTRASCALE_PLUS, netCap: 1000 });
          expect(fit.parameters.netBase).toBeCloseTo(truth.netBase, 4);
          expect(fit.parameters.netPerSink).toBeCloseTo(truth.netPerSink, 4);
          expect(fit.rmsNs).toBeLessThan(1e-6);
        },
      ),
    );
  });

  it('gives the least squares: no neighbouring parameters meet noisy paths better', () => {
    const noisy = fc.array(fc.record({ elements, noise: fc.integer({ min: -200, max: 200 }) }), {
      minLength: 4,
      maxLength: 10,
    });
    fc.assert(
      fc.property(noisy, (all) => {
        const base = { ...ULTRASCALE_PLUS, netCap: 1e6 };
        const paths = all.map(({ elements: path, noise }, k): MeasuredPath => ({
          name: `p${k}`,
          measuredNs: modelNs(path, base, 1) + noise / 1000,
          elements: path,
        }));
        const fit = ((): ReturnType<typeof recalibrateDelay> | undefined => {
          try {
            return recalibrateDelay(paths, vu13p, base);
          } catch (error) {
            expect(error).toBeInstanceOf(ValueError);
            return undefined;
          }
        })();
        fc.pre(fit !== undefined);
        const { parameters, rmsNs, before } = fit!;
        expect(rmsNs).toBeLessThanOrEqual(before.rmsNs + 1e-9);
        for (const [dBase, dSink] of [
          [1, 0],
          [-1, 0],
          [0, 1],
          [0, -1],
          [1, -1],
          [-1, 1],
        ] as const) {
          const netBase = parameters.netBase + dBase;
          const netPerSink = parameters.netPerSink + dSink;
          if (netBase < 0 || netPerSink < 0) continue;
          const squares = paths.reduce(
            (sum, path) => sum + (path.measuredNs - modelNs(path.elements, { ...base, netBase, netPerSink }, 1)) ** 2,
            0,
          );
          expect(Math.sqrt(squares / paths.length)).toBeGreaterThanOrEqual(rmsNs - 1e-9);
        }
      }),
    );
  });

  it('reports every path with measured, model and residual', () => {
    const path = (name: string, sinks: number, measuredNs: number): MeasuredPath => ({
      name,
      measuredNs,
      logicNs: 0.3,
      elements: [{ kind: 'lut', sinks }],
    });
    const { parameters, paths, before } = recalibrateDelay([path('near', 1, 0.5), path('far', 11, 0.6)], vu13p);
    expect(parameters.netBase).toBeCloseTo(200, 6);
    expect(parameters.netPerSink).toBeCloseTo(10, 6);
    expect(paths.map(({ name }) => name)).toEqual(['near', 'far']);
    expect(before.paths[0]).toMatchObject({ measuredNs: 0.5, modelNs: 0.48 });
    expect(before.paths[0]!.residualNs).toBeCloseTo(0.02, 9);
  });

  it('refuses paths that cannot tell the two parameters apart', () => {
    const path = { name: 'p', measuredNs: 1, elements: [{ kind: 'lut', sinks: 1 } as const] };
    expect(() => recalibrateDelay([path], vu13p)).toThrow('There are 1 measured paths; a fit needs at least 2.');
    expect(() => recalibrateDelay([path, path], vu13p)).toThrow(ValueError);
  });
});

describe('readMeasuredPaths', () => {
  it('reads a table, several rows per path', () => {
    const csv = [
      'path,measured_ns,logic_ns,element,bits,sinks',
      'a,1.5,,adder,12,3',
      'b,0.9,0.4,lut,,1',
      'a,1.5,,register,,1',
      '',
    ].join('\n');
    expect(readMeasuredPaths(csv)).toEqual([
      {
        name: 'a',
        measuredNs: 1.5,
        elements: [
          { kind: 'adder', bits: 12, sinks: 3 },
          { kind: 'register', sinks: 1 },
        ],
      },
      { name: 'b', measuredNs: 0.9, logicNs: 0.4, elements: [{ kind: 'lut', sinks: 1 }] },
    ]);
  });

  it('names the line that is wrong', () => {
    const read = (line: string): unknown => readMeasuredPaths(`path,measured_ns,logic_ns,element,bits,sinks\n${line}`);
    expect(() => readMeasuredPaths('a,b')).toThrow(FormatError);
    expect(() => read('a,1,,lut,1')).toThrow('line 2: there are 5 fields, must be 6');
    expect(() => read('a,x,,lut,,1')).toThrow('measured_ns is "x"');
    expect(() => read('a,1,,dsp,,1')).toThrow('element is "dsp", must be lut, adder or register');
    expect(() => read('a,1,,adder,,1')).toThrow('bits is "", must be a number of at least 1');
    expect(() => read('a,1,,lut,,1\na,2,,lut,,1')).toThrow('line 3: path "a" has measured_ns 2');
  });
});

const dashes = '  -------------------------------------------------------------------    -------------------';
/** A report in the form of UG906, its numbers made up. */
const report = (nets = 'routed', lastPlace = 'SLICE_X5Y9'): string =>
  `Timing Report

Slack (MET) :             2.000ns  (required time - arrival time)
  Source:                 u_a/x_reg[0]/C
                            (rising edge-triggered cell FDRE clocked by clk  {rise@0.000ns fall@2.000ns period=4.000ns})
  Destination:            u_a/y_reg[9]/D
  Requirement:            4.000ns  (clk rise@4.000ns - clk rise@0.000ns)
  Data Path Delay:        1.500ns  (logic 0.800ns (53.333%)  route 0.700ns (46.667%))

    Location             Delay type                Incr(ns)  Path(ns)    Netlist Resource(s)
${dashes}
                         (clock clk rise edge)        0.000     0.000 r
                         net (fo=99, unset)           0.037     0.037    clk
    SLICE_X1Y1           FDRE                                         r  u_a/x_reg[0]/C
${dashes}
    SLICE_X1Y1           FDRE (Prop_CFF_SLICEM_C_Q)
                                                      0.100     0.137 r  u_a/x_reg[0]/Q
                         net (fo=7, ${nets})           0.300     0.437    u_a/x[0]
    SLICE_X4Y8           LUT5 (Prop_D5LUT_SLICEM_I0_O)
                                                      0.150     0.587 r  u_a/s/O
                         net (fo=2, ${nets})           0.200     0.787    u_a/s
    SLICE_X5Y8           LUT2 (Prop_C6LUT_SLICEL_I0_O)
                                                      0.150     0.937 r  u_a/p[2]/O
                         net (fo=1, ${nets})           0.010     0.947    u_a/p[2]
    SLICE_X5Y8           CARRY8 (Prop_CARRY8_SLICEL_S[2]_CO[7])
                                                      0.200     1.147 r  u_a/sum0/CO[7]
                         net (fo=1, ${nets})           0.030     1.177    u_a/c8
    SLICE_X5Y9           CARRY8 (Prop_CARRY8_SLICEL_CI_O[3])
                                                      0.100     1.277 r  u_a/sum1/O[3]
                         net (fo=1, ${nets})           0.160     1.637    u_a/y[11]
    ${lastPlace}           FDRE                                         r  u_a/y_reg[9]/D
${dashes}

                         (clock clk rise edge)        4.000     4.000 r
                         net (fo=99, unset)           0.025     4.025    clk
    SLICE_X5Y9           FDRE (Setup_HFF_SLICEL_C_D)
                                                      0.027     4.017    u_a/y_reg[9]
`;

describe('readTimingReport', () => {
  it('reads nets and carry chains of the data path, and takes routes within a slice as logic', () => {
    const [path, ...others] = readTimingReport(report());
    expect(others).toEqual([]);
    expect(path).toMatchObject({
      name: 'u_a/x_reg[0]/C to u_a/y_reg[9]/D',
      measuredNs: 1.5,
      elements: [
        { kind: 'lut', sinks: 7 },
        { kind: 'adder', sinks: 2, bits: 6 + 4 },
      ],
    });
    expect(path!.logicNs).toBeCloseTo(1.5 - 0.5, 9);
  });

  it('counts the route to a register in another slice', () => {
    const [path] = readTimingReport(report('routed', 'SLICE_X9Y9'));
    expect(path!.elements.at(-1)).toEqual({ kind: 'register', sinks: 1 });
    expect(path!.logicNs).toBeCloseTo(1.5 - 0.66, 9);
  });

  it('leaves out what is not routed, and says so when nothing is left', () => {
    expect(readTimingReport(report() + report('estimated'))).toHaveLength(1);
    expect(() => readTimingReport(report('estimated'))).toThrow(FormatError);
    expect(() => readTimingReport('')).toThrow('the text holds no path with routed nets only');
  });

  it('feeds the fit', () => {
    const other = report().replace('fo=7', 'fo=30').replaceAll('1.500ns', '1.700ns');
    const fit = recalibrateDelay(readTimingReport(report() + other), vu13p);
    expect(fit.rmsNs).toBeLessThanOrEqual(fit.before.rmsNs);
  });
});
