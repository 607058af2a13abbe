/** The resource estimate against what Yosys counted of the calibration designs (`fixtures/estimation`). */
import { describe, expect, it } from 'vitest';
import {
  readCalibrationCounts,
  scriptHash,
  synthesizeNetlist,
  verilogHash,
  yosysCounts,
} from '../../bench/calibration-counts.ts';
import { CALIBRATION_DESIGNS, CALIBRATION_PART, calibrationNetlist } from '../../bench/calibration-designs.ts';
import { device, estimateResources } from '../../src/estimation/index.ts';
import { findYosys, toolVersion } from '../../src/verification/index.ts';
import { lacks } from '../verification/tools.ts';

const { designs: counted, script, yosys } = await readCalibrationCounts();
const designs = CALIBRATION_DESIGNS.map((design) => {
  const netlist = calibrationNetlist(design);
  return { design, netlist, estimate: estimateResources(netlist, device(CALIBRATION_PART)) };
});
const again = 'npm run study:estimates -- --update counts anew';

describe('the committed counts', () => {
  it('are of the designs and the script as they are', () => {
    expect(Object.keys(counted)).toEqual(CALIBRATION_DESIGNS.map(({ name }) => name));
    expect(script, again).toBe(scriptHash());
    for (const { design, netlist } of designs) {
      expect(counted[design.name]!.verilog, `${design.name} has changed; ${again}`).toBe(verilogHash(netlist));
    }
  });
});

describe('estimateResources beside Yosys', () => {
  it.each(designs)('gives the flip-flops, DSP blocks and block RAMs of $design.name', ({ design, estimate }) => {
    const { ff, srl, dsp, bram, bram18 } = counted[design.name]!.counts;
    expect(estimate).toMatchObject({ ff, srl, dsp, bram, bram18 });
  });

  it('misses the look-up tables by less than 10 % in the median, and by less than 15 % each', () => {
    const errors = designs
      .map(({ design, estimate }) => Math.abs(estimate.lut / counted[design.name]!.counts.lut - 1))
      .toSorted((a, b) => a - b);
    expect(errors[errors.length >> 1]).toBeLessThan(0.1);
    expect(errors.at(-1)).toBeLessThan(0.15);
  });

  it('gives the carry blocks, 4 bits each, within 2 %', () => {
    for (const { design, estimate } of designs) {
      const { carry4 } = counted[design.name]!.counts;
      expect(Math.abs(estimate.carry4 / carry4 - 1), design.name).toBeLessThan(0.02);
      expect(estimate.carry8).toBeGreaterThanOrEqual(estimate.carry4 / 2);
    }
  });
});

describe.skipIf(lacks('yosys', 'counting a calibration design anew'))('Yosys', () => {
  it('counts a small design as it is committed', async () => {
    const { design, netlist } = designs.find((item) => item.design.name === 'products-12bit')!;
    const result = await synthesizeNetlist(netlist, 110);
    const { counts } = counted[design.name]!;
    const found = yosysCounts(result!);
    if ((await toolVersion((await findYosys())!)) === yosys) expect(found).toEqual(counts);
    else {
      // Another version maps logic a little differently, and nothing else.
      expect(found).toMatchObject({ ff: counts.ff, dsp: counts.dsp });
      expect(Math.abs(found.lut / counts.lut - 1)).toBeLessThan(0.1);
    }
  }, 120_000);
});
