/** What is known of a stream between stages while they are compiled. */
import { exactFormat, type FixedFormat, fractionBits, sameFormat } from '../../fixed/index.ts';
import type { VectorType } from '../wire-vector.ts';
import type { Beats } from './layouts.ts';

/** What one beat carries, or one result of a stage. */
export interface ResultType extends VectorType {
  /**
   * Whether every element has the format that it has in the unrolled network, in every beat. Exact results that nobody
   * asked a format for may have wider ones here.
   */
  readonly isAsUnrolled: boolean;
}

export interface Edge extends ResultType {
  /** Name of the stream. */
  readonly stream: string;
  readonly beats: Beats;
}

/** The smallest format that holds every value of some formats; one that they share stays as it is. */
export function commonFormat(formats: readonly FixedFormat[]): FixedFormat {
  const [first, ...rest] = formats as readonly [FixedFormat];
  if (rest.every((format) => format === first || sameFormat(format, first))) return first;
  const signed = formats.some((format) => format.signed);
  const integer = Math.max(...formats.map((format) => format.integer + Number(signed && !format.signed)));
  const width = integer + Math.max(...formats.map(fractionBits));
  return exactFormat(signed, width, integer);
}

/** The same values, all elements in one format. */
export function inCommonFormat(formats: readonly FixedFormat[]): readonly FixedFormat[] {
  const format = commonFormat(formats);
  return formats.map(() => format);
}
