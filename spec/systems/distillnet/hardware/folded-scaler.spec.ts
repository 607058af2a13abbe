import { describe, expect, it } from 'vitest';
import { foldBatchNormalization } from '../../../../src/network/index.ts';
import { compileNetwork } from '../../../../src/compile/index.ts';
import { quantizeNetwork } from '../../../../src/compression/index.ts';
import { emulate } from '../../../../src/emulation/index.ts';
import { ValueError } from '../../../../src/errors.ts';
import { formatText, fromDouble } from '../../../../src/fixed/index.ts';
import { generateEvents } from '../../../../src/physics/index.ts';
import { stream } from '../../../../src/random/index.ts';
import {
  applyScaler,
  buildQuantizedStudent,
  distillNetData,
  featureCount,
  fitScaler,
  foldScaler,
  hardwareScaler,
  inputFormats,
  precisionPlan,
  quickConfig,
  studentInput,
} from '../../../../src/systems/distillnet/index.ts';
import { tinyConfig } from '../tiny.ts';

const data = distillNetData(generateEvents(tinyConfig.generator, 'folded scaler', 4), tinyConfig);
const scaler = hardwareScaler(fitScaler(data.features, featureCount), tinyConfig.clipImpact);
const { formats } = quickConfig.quantized;
const network = quantizeNetwork(
  foldBatchNormalization(buildQuantizedStudent(stream('folded scaler'))),
  precisionPlan(formats),
);

describe('a folded scaler', () => {
  const texts = inputFormats(formats.input);
  const folded = foldScaler(network, scaler, texts);
  const rows = data.truth.length;

  it('gives ports whose codes are those of scaled features, and the outputs of the network that it is folded into', () => {
    const scaled = compileNetwork(network, { inputFormats: { [studentInput]: texts } });
    const raw = compileNetwork(folded);
    const codes = (graph: typeof raw, values: Float32Array): BigInt64Array =>
      BigInt64Array.from(values, (value, k) => fromDouble(value, graph.inputs[0]!.formats[k % featureCount]!));

    const before = codes(scaled, applyScaler(scaler, data.features));
    const after = codes(raw, data.features);

    expect(after).toEqual(before);
    expect(emulate(raw, rows, [after]).outputs).toEqual(emulate(scaled, rows, [before]).outputs);
  });

  it('keeps the widths of the ports and moves their binary points', () => {
    const ports = compileNetwork(folded).inputs[0]!.formats;

    expect(ports.map(({ width }) => width)).toEqual([8, 8, 8, 8, 8, 8, 7, 2, ...Array<number>(8).fill(1)]);
    // A clip at 1 mm is the end of the port.
    expect(formatText(ports[4]!)).toBe('ap_fixed<8,1,AP_RND_CONV,AP_SAT>');
    expect(formatText(ports[8]!)).toBe('ap_ufixed<1,1,AP_RND_CONV,AP_SAT>');
  });

  it('refuses a scaler that would need an adder or a multiplier', () => {
    const moved = { ...scaler, mean: scaler.mean.map((_, f) => (f === 3 ? 0.5 : 0)) };
    const wide = { ...scaler, scale: scaler.scale.map((s, f) => (f === 3 ? 3 : s)) };

    expect(() => foldScaler(network, moved, texts)).toThrow(ValueError);
    expect(() => foldScaler(network, moved, texts)).toThrow('The scaler of feature 3 has mean 0.5 and scale');
    expect(() => foldScaler(network, wide, texts)).toThrow('and scale 3; only a mean of 0 and a power of two');
  });
});
