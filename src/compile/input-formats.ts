/** The formats in which a network takes its inputs. */
import { ShapeError } from '../errors.ts';
import { type FixedFormat, parseFormat } from '../fixed/index.ts';
import type { Network, NetworkInput } from '../network/index.ts';
import type { CompileOptions } from './options.ts';
import { precisionRequest } from './precision.ts';

/**
 * One format per element of an input, row-major.
 *
 * @throws ShapeError where another number of formats is given than the input has elements
 */
export function inputFormats(network: Network, input: NetworkInput, options: CompileOptions): FixedFormat[] {
  const elements = input.shape.reduce((a, b) => a * b, 1);
  const texts = options.inputFormats?.[input.name];
  if (texts === undefined) {
    const request = precisionRequest(network, input.name, options);
    if (request.elements !== undefined) return checkedFormats(input, elements, request.elements);
    const format = request.format('result');
    return Array.from({ length: elements }, () => format);
  }
  return checkedFormats(
    input,
    elements,
    texts.map((text) => parseFormat(text)),
  );
}

function checkedFormats(input: NetworkInput, elements: number, formats: readonly FixedFormat[]): FixedFormat[] {
  if (formats.length === elements) return [...formats];
  throw new ShapeError(
    `Input "${input.name}" has ${elements} elements, and ${formats.length} formats are given for them.`,
  );
}
