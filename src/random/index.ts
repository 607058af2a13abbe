/** Seeded randomness: named, splittable streams and the deterministic logarithm that they are built on. */
export { restoreStream, stream, type RandomStream } from './stream.ts';
export { logarithm, powerOfTwo, splitNearOne } from './logarithm.ts';
