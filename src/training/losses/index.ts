/** Losses: functions of variables with a reduction, named as in the field and with the options of PyTorch. */
export { binaryCrossEntropy, binaryCrossEntropyWithLogits, hinge, squaredHinge } from './binary.ts';
export { crossEntropy, multiMargin, negativeLogLikelihood } from './categorical.ts';
export type { CategoricalOptions } from './categorical.ts';
export { cosineEmbedding, cosineSimilarity } from './cosine.ts';
export { distillationBinary, distillationDivergence, klDivergence } from './divergence.ts';
export type { DivergenceOptions } from './divergence.ts';
export { softplus } from '../../autograd/index.ts';
export { checkSameShape } from './reduction.ts';
export type { LossOperand, LossOptions } from './reduction.ts';
export { huber, logCosh, meanAbsoluteError, meanSquaredError, smoothL1 } from './regression.ts';
