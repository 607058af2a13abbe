/** Formats as the reference vectors of hls4ml write them. */
import type { FixedFormat } from '../../src/fixed/index.ts';

export interface VectorFormat {
  readonly W: number;
  readonly I: number;
  readonly signed: boolean;
  readonly Q: string;
  readonly O: string;
  readonly N: number;
}

/** Read a format; modes stand there without their prefix. */
export function formatOf({ W, I, signed, Q, O, N }: VectorFormat): FixedFormat {
  return {
    signed,
    width: W,
    integer: I,
    quantization: `AP_${Q}` as FixedFormat['quantization'],
    overflow: `AP_${O}` as FixedFormat['overflow'],
    saturationBits: N,
  };
}
