/**
 * One layer of our network made by an importer, before its inputs are known.
 *
 * A layer of a file can become several of ours (a dense with its activation), one, or none (flatten of a vector).
 */
import type { LayerAttributes, LayerKind, LayerPrecision } from '../network/index.ts';
import type { Tensor } from '../tensor/index.ts';

/** A layer without its inputs; importers chain them. */
export interface ImportedLayer<K extends LayerKind = LayerKind> {
  readonly name: string;
  readonly kind: K;
  readonly attributes: LayerAttributes[K];
  readonly parameters: Readonly<Record<string, Tensor>>;
  readonly precision?: LayerPrecision;
}

/** Make an imported layer whose attributes are checked against its kind. */
export const imported = <K extends LayerKind>(
  name: string,
  kind: K,
  attributes: LayerAttributes[K],
  parameters: Readonly<Record<string, Tensor>> = {},
  precision?: LayerPrecision,
): ImportedLayer<K> => ({ name, kind, attributes, parameters, ...(precision && { precision }) });
