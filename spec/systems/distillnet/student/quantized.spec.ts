import { describe, expect, it } from 'vitest';
import { compileNetwork } from '../../../../src/compile/index.ts';
import { quantizeNetwork } from '../../../../src/compression/index.ts';
import { emulate } from '../../../../src/emulation/index.ts';
import { foldBatchNormalization } from '../../../../src/network/index.ts';
import { stream } from '../../../../src/random/index.ts';
import {
  buildQuantizedStudent,
  featureCount,
  precisionPlan,
  predictQuantized,
  quickConfig,
} from '../../../../src/systems/distillnet/index.ts';
import { tensor } from '../../../../src/tensor/index.ts';

describe('predictQuantized', () => {
  it('equals the emulated fixed-point network bit for bit', () => {
    const folded = foldBatchNormalization(buildQuantizedStudent(stream('quantized')));
    const network = quantizeNetwork(folded, precisionPlan(quickConfig.quantized.formats));
    const batch = 2000;
    const source = stream('inputs');
    const codes = Int32Array.from({ length: batch * featureCount }, () => source.integer(-128, 128));

    const shadow = predictQuantized(
      network,
      tensor(
        Float32Array.from(codes, (code) => code / 32),
        [batch, featureCount],
      ),
    );
    const emulated = emulate(compileNetwork(network, {}), batch, [codes]).outputs[0]!;

    expect(new Set(shadow).size).toBeGreaterThan(20);
    expect(Array.from(emulated, Number)).toEqual(Array.from(shadow, (score) => score * 256));
  });
});
