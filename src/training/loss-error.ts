/** The message of a loss that is no number: by the data of the batch where they are to blame, else by the step size. */
import { ValueError } from '../errors.ts';
import type { ParameterSite } from '../network/index.ts';
import { firstNonFinite } from './dataset.ts';
import type { NamedDataset } from './dataset.ts';

/**
 * Explain a loss that is not finite.
 *
 * @param at batch and epoch, both from 0
 */
export const lossError = (
  loss: number,
  data: NamedDataset,
  at: { readonly batch: number; readonly epoch: number },
  learningRate: number,
): ValueError => {
  const where = `The loss is ${loss} in batch ${at.batch} of epoch ${at.epoch}`;
  const bad = firstNonFinite(data);
  if (bad === null) return new ValueError(`${where}; lower the learning rate ${learningRate} or set clipNorm.`);
  const { name, value, sample, feature } = bad;
  return new ValueError(
    `${where}: ${name[0]!.toLowerCase()}${name.slice(1)} is ${value} in sample ${sample} of the batch, feature ${feature}; every value must be finite.`,
  );
};

/** Explain a gradient that is not finite: of a parameter, or of a companion by its flat name. */
export const gradientError = (
  trained: ParameterSite | string,
  at: { readonly batch: number; readonly epoch: number },
  learningRate: number,
): ValueError =>
  new ValueError(
    `The gradient of ${typeof trained === 'string' ? `"${trained}"` : `parameter "${trained.role}" of layer "${trained.layer}"`} is not finite in batch ${at.batch} of epoch ${at.epoch}; lower the learning rate ${learningRate} or set clipNorm.`,
  );
