/**
 * What the casts of one role and format did over a batch: overflows, saturations, rounding errors, and how much of the
 * format's range was used.
 */
import {
  type FixedFormat,
  cast,
  formatText,
  fractionBits,
  numberCaster,
  quantizeRaw,
  rawRange,
  toDouble,
} from '../../fixed/index.ts';
import type { CastRole, CastSite } from './cast-sites.ts';

/** One cast that changed a value by overflow or saturation. */
export interface CastEvent {
  readonly sample: number;
  readonly element: number;
  /** Before the cast, exactly. */
  readonly value: number;
  /** After it. */
  readonly became: number;
}

/** How often values were outside a format's range. */
export interface Occurrences {
  /** Casts whose operand was outside. */
  readonly events: number;
  /** Pairs of sample and output element that depend on such a cast. */
  readonly occurrences: number;
  /** Output elements that were affected in any sample. */
  readonly elements: number;
  /** Samples in which any element was affected. */
  readonly samples: number;
  /** The event with the largest |value|. */
  readonly worst: CastEvent | null;
}

/** Exact operand minus rounded operand, in units of the format's last bit. */
export interface RoundingErrors {
  readonly count: number;
  readonly mean: number;
  readonly rms: number;
  readonly max: number;
  /** Counts in 16 equal bins from −1 to 1. */
  readonly histogram: readonly number[];
}

/** The casts of one role to one format in one layer. */
export interface CastStatistics {
  readonly role: CastRole;
  readonly format: string;
  /** Casts in the circuit. */
  readonly casts: number;
  /** Whether overflow of these casts is harmless by itself, being undone modulo the accumulator. */
  readonly modular: boolean;
  readonly overflow: Occurrences;
  readonly saturation: Occurrences;
  /** Null where no cast drops digits. */
  readonly rounding: RoundingErrors | null;
  /** Smallest and largest rounded operand. */
  readonly low: number;
  readonly high: number;
  /** Smallest and largest value of the format. */
  readonly range: readonly [low: number, high: number];
  /** Integer bits, the sign included, that `low` to `high` need. */
  readonly neededInteger: number;
}

/** Bins of the histogram of rounding errors. */
const BINS = 16;

interface Tally {
  events: number;
  worst: CastEvent | null;
  /** [samples][elements]: whether affected. */
  hit: Uint8Array | null;
}

/** What a collector must know of a site. */
export type SiteEffects = Pick<CastSite, 'elements' | 'rectifies'>;

/** Takes one operand of a site; `fraction` for sites with any binary point. */
export type Observe = (sample: number, raw: number | bigint, fraction?: number) => void;

/** Collects the casts of one role and format; stateful. */
export interface CastCollector {
  /** Add a site; what it returns takes the site's operands raw·2^-fraction, of at most `width` bits. */
  site(site: SiteEffects, fraction: number, width: number): Observe;
  /** Add a site whose operands have any binary point, as float samples do. */
  floatingSite(site: SiteEffects): Observe;
  result(): CastStatistics;
  /** Whether a value was lost, by [samples][elements]; null if none was. */
  lost(): Uint8Array | null;
}

/** Widths up to here are computed on machine numbers, exactly. */
const SAFE_BITS = 50;

/** Start to collect over `samples` samples of a layer with `elements` output elements. */
export function castCollector(
  role: CastRole,
  modular: boolean,
  format: FixedFormat,
  samples: number,
  elements: number,
): CastCollector {
  const { lo, hi } = rawRange(format);
  const lowest = format.overflow === 'AP_SAT_SYM' && format.signed && format.width > 1 ? lo + 1n : lo;
  const fraction = fractionBits(format);
  const saturates = format.overflow.startsWith('AP_SAT');
  const tally: Tally = { events: 0, worst: null, hit: null };
  const histogram = Array.from({ length: BINS }, () => 0);
  let casts = 0;
  let count = 0;
  let sum = 0;
  let squares = 0;
  let largest = 0;
  let drops = false;
  let low: bigint | number = Infinity;
  let high: bigint | number = -Infinity;

  const outside = (sample: number, raw: bigint, from: number, reached: readonly number[]): void => {
    tally.events++;
    const value = toDouble(raw, from);
    if (tally.worst === null || Math.abs(value) > Math.abs(tally.worst.value)) {
      const became = toDouble(cast(raw, from, format), fraction);
      tally.worst = { sample, element: reached[0] ?? 0, value, became };
    }
    tally.hit ??= new Uint8Array(samples * elements);
    for (const element of reached) tally.hit[sample * elements + element] = 1;
  };
  const rounded = (error: number): void => {
    count++;
    sum += error;
    squares += error * error;
    largest = Math.max(largest, Math.abs(error));
    histogram[Math.min(BINS - 1, Math.floor(((error + 1) * BINS) / 2))]!++;
  };
  const addExact = (
    sample: number,
    exact: bigint,
    from: number,
    { elements: reached, rectifies }: SiteEffects,
  ): void => {
    const drop = from - fraction;
    const code = quantizeRaw(exact, drop, format.quantization);
    if (rectifies && code < 0n) return;
    if (code < low) low = code;
    if (code > high) high = code;
    const isOutside = code < lowest || code > hi;
    if (isOutside) outside(sample, exact, from, reached);
    if (drop <= 0) return;
    drops = true;
    if (!isOutside || !saturates) rounded(toDouble(exact - (code << BigInt(drop)), drop));
  };
  return {
    site: (site, from, width) => {
      casts++;
      const drop = from - fraction;
      drops ||= drop > 0;
      if (width + Math.max(0, -drop) > SAFE_BITS || drop > 1000 || format.width > SAFE_BITS) {
        return (sample, raw) => addExact(sample, BigInt(raw), from, site);
      }
      // Rounding alone: the same quantization into a word that nothing overflows.
      const round = numberCaster(from, {
        ...format,
        signed: true,
        width: 52,
        integer: 52 - fraction,
        overflow: 'AP_WRAP',
        saturationBits: 0,
      });
      const [least, most] = [Number(lowest), Number(hi)];
      const scale = 2 ** -drop;
      return (sample, raw) => {
        const exact = Number(raw);
        const code = round(exact);
        if (site.rectifies && code < 0) return;
        if (code < low) low = code;
        if (code > high) high = code;
        const isOutside = code < least || code > most;
        if (isOutside) outside(sample, BigInt(raw), from, site.elements);
        if (drop > 0 && (!isOutside || !saturates)) rounded(exact * scale - code);
      };
    },
    floatingSite: (site) => {
      casts++;
      return (sample, raw, from = 0) => addExact(sample, BigInt(raw), from, site);
    },
    lost: () => tally.hit,
    result: () => {
      const seen = low !== Infinity;
      const [least, most] = seen ? [BigInt(low), BigInt(high)] : [0n, 0n];
      const found = occurrences(tally, samples, elements);
      const none: Occurrences = { events: 0, occurrences: 0, elements: 0, samples: 0, worst: null };
      return {
        role,
        format: formatText(format),
        casts,
        modular,
        overflow: saturates ? none : found,
        saturation: saturates ? found : none,
        rounding:
          drops && count > 0
            ? { count, mean: sum / count, rms: Math.sqrt(squares / count), max: largest, histogram }
            : null,
        low: toDouble(least, fraction),
        high: toDouble(most, fraction),
        range: [toDouble(lowest, fraction), toDouble(hi, fraction)],
        neededInteger: neededInteger(least, most, format),
      };
    },
  };
}

/** Integer bits, the sign included, that a format of the same sign and fraction needs for the codes lo to hi. */
export function neededInteger(lo: bigint, hi: bigint, format: FixedFormat): number {
  let width = 1;
  while (BigInt.asIntN(width, lo) !== lo || BigInt.asIntN(width, hi) !== hi) width++;
  // An unsigned format needs no sign bit, but cannot hold what is below 0.
  if (!format.signed && lo >= 0n && width > 1) width--;
  return width - fractionBits(format);
}

function occurrences({ events, worst, hit }: Tally, samples: number, elements: number): Occurrences {
  if (hit === null) return { events, occurrences: 0, elements: 0, samples: 0, worst };
  const perElement = new Uint8Array(elements);
  let pairs = 0;
  let hitSamples = 0;
  for (let sample = 0; sample < samples; sample++) {
    const before = pairs;
    for (let element = 0; element < elements; element++) {
      if (hit[sample * elements + element] === 0) continue;
      pairs++;
      perElement[element] = 1;
    }
    if (pairs > before) hitSamples++;
  }
  return { events, occurrences: pairs, elements: perElement.reduce((a, b) => a + b, 0), samples: hitSamples, worst };
}
