/** hls4ml's YAML: what is read, what is ignored, what is refused and how. */
import { describe, expect, it } from 'vitest';
import { FormatError, UnsupportedError } from '../../src/errors.ts';
import { parseHls4mlConfig, precisionFromHls4ml } from '../../src/formats/index.ts';

describe('parseHls4mlConfig', () => {
  it('reads files, target, precisions and table size', () => {
    const text = `
KerasJson: model.json
KerasH5: weights.h5
OutputDir: out
Part: xcvu13p-flga2577-2-e
ClockPeriod: 4
IOType: io_stream
ProjectName: jets
HLSConfig:
  Model: {Precision: {default: "fixed<16,6>"}, ReuseFactor: 8, Strategy: distributed_arithmetic, TraceOutput: false}
  LayerName:
    fc1: {Precision: "ap_fixed<8,3>", ReuseFactor: 4, Strategy: Resource, Trace: false}
    softmax: {Precision: {default: auto, exp_table: "fixed<18,8,RND,SAT>", inv_inp: "fixed<18,8>"}, TableSize: 512}
`;

    const config = parseHls4mlConfig(text, 'hls4ml.yml');

    expect(config).toEqual({
      model: 'model.json',
      weights: 'weights.h5',
      outputFolder: 'out',
      part: 'xcvu13p-flga2577-2-e',
      clockPeriodNs: 4,
      ioType: 'io_stream',
      reuseFactor: 8,
      precision: 'fixed<16,6>',
      strategy: 'adder-graph',
      tableSize: 512,
      layerPrecision: {
        fc1: plain('ap_fixed<8,3>'),
        softmax: { ...plain('auto'), expTable: 'fixed<18,8,RND,SAT>', invInput: 'fixed<18,8>' },
      },
      layerReuse: { fc1: 4 },
      ignored: ['ProjectName', 'HLSConfig.Model.TraceOutput'],
    });
  });

  it('reads a text without settings as a configuration that asks for nothing', () => {
    expect(parseHls4mlConfig('# nothing\n', 'empty.yml')).toEqual({ layerPrecision: {}, layerReuse: {}, ignored: [] });
  });

  it.each([
    ['HLSConfig: {', FormatError, /^c\.yml is not valid YAML: /],
    ['Clockperiod: 5', FormatError, /^In c\.yml, the top level: key "Clockperiod" is unknown; known are .*ClockPeriod/],
    ['HLSConfig: {Model: {Precision: ap_fixed<16,6>}}', FormatError, /key "6>" is unknown \(a format inside braces/],
    ['ClockPeriod: fast', FormatError, /ClockPeriod: .*number/],
    ['ClockPeriod: 0', FormatError, /ClockPeriod: /],
    ['- 1', FormatError, /the top level/],
    ['HLSConfig: {Model: {Precision: "ap_fixed<16,6"}}', FormatError, /HLSConfig\.Model\.Precision: .*character 14/],
    ['HLSConfig: {LayerName: {a: {Precision: {weigth: auto}}}}', FormatError, /LayerName\.a: .*"weigth".*weight/],
    ['HLSConfig: {LayerName: {a: {Precision: 6}}}', FormatError, /LayerName\.a\.Precision: must be a text/],
    ['HLSConfig: {Model: {ReuseFactor: 0}}', FormatError, /HLSConfig\.Model\.ReuseFactor: /],
    ['HLSConfig: {LayerName: {a: {ReuseFactor: 1.5}}}', FormatError, /a\.ReuseFactor: /],
    [
      'HLSConfig: {LayerName: {a: {Strategy: Compressed}}}',
      UnsupportedError,
      /a\.Strategy is Compressed, but only Latency/,
    ],
    ['HLSConfig: {LayerType: {Dense: {Precision: auto}}}', UnsupportedError, /LayerType/],
    ['IOType: io_serial', UnsupportedError, /IOType is io_serial, but only io_parallel or io_stream/],
  ])('refuses %s', (text, kind, message) => {
    const parse = (): unknown => parseHls4mlConfig(text, 'c.yml');

    expect(parse).toThrow(kind);
    expect(parse).toThrow(message);
  });
});

describe('precisionFromHls4ml', () => {
  it('lets a variable win over the default of its layer', () => {
    expect(precisionFromHls4ml({ weight: 'fixed<4,1>', default: 'fixed<8,3>' })).toEqual({
      ...plain('fixed<8,3>'),
      weight: 'fixed<4,1>',
    });
  });
});

/** What one precision of a layer covers. */
function plain(format: string): Record<string, string> {
  return { weight: format, bias: format, scale: format, accum: format, result: format };
}
