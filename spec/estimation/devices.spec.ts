import { describe, expect, it } from 'vitest';
import { UnsupportedError } from '../../src/errors.ts';
import { DEVICE_NAMES, device } from '../../src/estimation/index.ts';

describe('device', () => {
  it('finds dies and full part names with their speed grade', () => {
    expect(device('xcvu13p-flga2577-2-e')).toMatchObject({
      die: 'xcvu13p',
      speedGrade: 2,
      lut: 1_728_000,
      dsp: 12_288,
      slr: 4,
    });
    expect(device('XCVU9P-flga2104-3-e')).toMatchObject({ die: 'xcvu9p', speedGrade: 3, ff: 2_364_480 });
    expect(device('xc7z020clg400-1')).toMatchObject({ die: 'xc7z020', speedGrade: 1, lut: 53_200 });
    expect(device('xcu50-fsvh2104-2L-e')).toMatchObject({ die: 'xcu50', speedGrade: 2, slr: 2 });
    expect(device('xcvu3p-ffvc1517-2-e')).toMatchObject({ die: 'xcvu3p', slr: 1 });
    expect(device('xcu280-fsvh2892-2L-e')).toMatchObject({ die: 'xcu280', lut: 1_303_680 });
    expect(device('xcku115')).toMatchObject({ family: 'kintexUltrascale', speedGrade: 2 });
  });

  it('has two flip-flops per look-up table on every part, as these fabrics do', () => {
    for (const name of DEVICE_NAMES) expect(device(name).ff).toBe(2 * device(name).lut);
  });

  it('takes one of the equal dies of a package as its share', () => {
    for (const key of ['lut', 'ff', 'dsp', 'bram', 'uram'] as const) {
      expect(3 * device('xcvu3p')[key]).toBe(device('xcvu9p')[key]);
      expect(2 * device('xcku060')[key]).toBe(device('xcku115')[key]);
      expect(device('xcu250')[key]).toBe(device('xcvu13p')[key]);
    }
  });

  it('lists the known parts for an unknown one', () => {
    expect(() => device('xcvu99p')).toThrow(UnsupportedError);
    expect(() => device('xcu5')).toThrow('part "xcu5" is not known, must be (or begin with) one of xcvu13p, xcvu9p');
    expect(() => device('xcu500')).toThrow(UnsupportedError);
  });
});
