/**
 * FPGA parts: what each holds in total.
 *
 * Totals of AMD's product tables: DS890 (UltraScale and UltraScale+), DS190 (Zynq-7000), DS962 (Alveo U50), DS987 (Kria
 * K26). Compared with the "Available" column of Vivado utilisation reports that others have published: xcvu9p, xcu250
 * (the die of xcvu13p), xcu50, xcu280, xcku115, xczu9eg, xck26 and xc7z020 agree. xcvu3p and xcku060 are one of the equal
 * dies of xcvu9p and xcku115, and their totals a third and a half; xcu55c has the logic of xcu280. One block RAM is 36 Kb,
 * one UltraRAM 288 Kb. The numbers bound a report; they are not a floor plan.
 */
import { UnsupportedError } from '../errors.ts';

/** Fabric generation: decides which delay figures apply. */
export type Family = 'virtexUltrascalePlus' | 'zynqUltrascalePlus' | 'kintexUltrascale' | 'zynq7000';

/** One part with its totals. */
export interface Device {
  /** The name asked for, e.g. `xcvu13p-flga2577-2-e`. */
  readonly part: string;
  /** The die, e.g. `xcvu13p`. */
  readonly die: string;
  readonly family: Family;
  /** Speed grade 1 (slow) to 3 (fast); 2 where the name has none. */
  readonly speedGrade: 1 | 2 | 3;
  /** Look-up tables with 6 inputs. */
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  /** Block RAMs of 36 Kb. */
  readonly bram: number;
  readonly uram: number;
  /** Super logic regions: dies in the package; a signal between them needs registers at both ends. */
  readonly slr: number;
}

type Totals = Omit<Device, 'part' | 'die' | 'speedGrade'>;

const DIES: Readonly<Record<string, Totals>> = {
  xcvu13p: {
    family: 'virtexUltrascalePlus',
    lut: 1_728_000,
    ff: 3_456_000,
    dsp: 12_288,
    bram: 2_688,
    uram: 1_280,
    slr: 4,
  },
  xcvu9p: { family: 'virtexUltrascalePlus', lut: 1_182_240, ff: 2_364_480, dsp: 6_840, bram: 2_160, uram: 960, slr: 3 },
  xcu250: {
    family: 'virtexUltrascalePlus',
    lut: 1_728_000,
    ff: 3_456_000,
    dsp: 12_288,
    bram: 2_688,
    uram: 1_280,
    slr: 4,
  },
  xcvu3p: { family: 'virtexUltrascalePlus', lut: 394_080, ff: 788_160, dsp: 2_280, bram: 720, uram: 320, slr: 1 },
  xcu50: { family: 'virtexUltrascalePlus', lut: 871_680, ff: 1_743_360, dsp: 5_952, bram: 1_344, uram: 640, slr: 2 },
  xcu280: {
    family: 'virtexUltrascalePlus',
    lut: 1_303_680,
    ff: 2_607_360,
    dsp: 9_024,
    bram: 2_016,
    uram: 960,
    slr: 3,
  },
  xcu55c: {
    family: 'virtexUltrascalePlus',
    lut: 1_303_680,
    ff: 2_607_360,
    dsp: 9_024,
    bram: 2_016,
    uram: 960,
    slr: 3,
  },
  xcku060: { family: 'kintexUltrascale', lut: 331_680, ff: 663_360, dsp: 2_760, bram: 1_080, uram: 0, slr: 1 },
  xcku115: { family: 'kintexUltrascale', lut: 663_360, ff: 1_326_720, dsp: 5_520, bram: 2_160, uram: 0, slr: 2 },
  xczu9eg: { family: 'zynqUltrascalePlus', lut: 274_080, ff: 548_160, dsp: 2_520, bram: 912, uram: 0, slr: 1 },
  xck26: { family: 'zynqUltrascalePlus', lut: 117_120, ff: 234_240, dsp: 1_248, bram: 144, uram: 64, slr: 1 },
  xc7z020: { family: 'zynq7000', lut: 53_200, ff: 106_400, dsp: 220, bram: 140, uram: 0, slr: 1 },
};

/** Names of all known dies. */
export const DEVICE_NAMES: readonly string[] = Object.keys(DIES);

/**
 * Find a part by its die (`xcvu13p`) or full name (`xcvu13p-flga2577-2-e`, `xc7z020clg400-1`), in any case.
 *
 * @throws UnsupportedError listing the known dies
 */
export function device(name: string): Device {
  const text = name.trim().toLowerCase();
  const die = DEVICE_NAMES.find((known) => text.startsWith(known) && !/^[0-9p]/.test(text.slice(known.length)));
  const totals = die === undefined ? undefined : DIES[die];
  if (die === undefined || totals === undefined) {
    throw new UnsupportedError(
      `part "${name}" is not known, must be (or begin with) one of ${DEVICE_NAMES.join(', ')}`,
    );
  }
  const grade = /-([123])l?v?(?:-|$)/.exec(text.slice(die.length))?.[1];
  return { part: text, die, speedGrade: grade === undefined ? 2 : (Number(grade) as 1 | 2 | 3), ...totals };
}
