/** Samples as the bus words of their beats, and back. */
import type { StreamType } from '../../circuit/index.ts';
import { ShapeError } from '../../errors.ts';
import { packVector, unpackVector } from '../bus.ts';

/**
 * Give the bus words of a sample's beats, in their order.
 *
 * @param codes raw codes by place in the sample, flat and row-major
 * @throws ShapeError if there are more or fewer codes than places
 */
export function sampleToBeats({ formats, elements }: StreamType, codes: readonly bigint[]): bigint[] {
  const places = elements.length * formats.length;
  if (codes.length !== places) throw new ShapeError(`sample has ${codes.length} codes, must have ${places}`);
  return elements.map((beat) =>
    packVector(
      formats,
      beat.map((place) => codes[place]!),
    ),
  );
}

/**
 * Give the raw codes of a sample, by place, from the bus words of its beats.
 *
 * @throws ShapeError if there are more or fewer beats than a sample has
 */
export function beatsToSample({ formats, elements }: StreamType, words: readonly bigint[]): bigint[] {
  if (words.length !== elements.length) {
    throw new ShapeError(`sample has ${words.length} beats, must have ${elements.length}`);
  }
  const codes = new Array<bigint>(elements.length * formats.length);
  words.forEach((word, b) => unpackVector(formats, word).forEach((code, k) => (codes[elements[b]![k]!] = code)));
  return codes;
}
