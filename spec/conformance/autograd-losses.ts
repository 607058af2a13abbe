/** The losses of the vector files by name, from `training`. */
import * as ag from '../../src/autograd/index.ts';
import * as training from '../../src/training/index.ts';
import type { Operator } from './autograd-case.ts';

/** Losses by name. */
export const lossOperators: Readonly<Record<string, Operator>> = {
  mse: ({ pred, target }, { reduction }) => training.meanSquaredError(pred!, target!, { reduction }),
  l1: ({ pred, target }, { reduction }) => training.meanAbsoluteError(pred!, target!, { reduction }),
  smooth_l1: ({ pred, target }, { reduction, beta }) => training.smoothL1(pred!, target!, { reduction, beta }),
  huber: ({ pred, target }, { reduction, delta }) => training.huber(pred!, target!, { reduction, delta }),
  log_cosh: ({ pred, target }, { reduction }) => training.logCosh(pred!, target!, { reduction }),
  bce: ({ pred, target }, { reduction }) => training.binaryCrossEntropy(pred!, target!, { reduction }),
  bce_with_logits: ({ pred, target, weight }, { reduction, pos_weight }) =>
    training.binaryCrossEntropyWithLogits(pred!, target!, {
      reduction,
      posWeight: pos_weight ?? 1,
      ...(weight === undefined ? {} : { weights: weight.value }),
    }),
  hinge: ({ pred, target }, { reduction }) => training.hinge(pred!, target!, { reduction }),
  squared_hinge: ({ pred, target }, { reduction }) => training.squaredHinge(pred!, target!, { reduction }),
  cross_entropy: ({ logits, target, class_weight }, { reduction, label_smoothing }) =>
    training.crossEntropy(logits!, target!, {
      reduction,
      labelSmoothing: label_smoothing ?? 0,
      ...(class_weight === undefined ? {} : { classWeights: class_weight.value }),
    }),
  cross_entropy_probs: ({ logits, target }, { reduction }) => training.crossEntropy(logits!, target!, { reduction }),
  kd_kl: ({ student, teacher }, { temperature }) =>
    training.distillationDivergence(student!, teacher!, { temperature }),
  kd_ce_combined: ({ student, teacher, target }, { temperature, alpha }) =>
    ag.add(
      ag.multiply(training.crossEntropy(student!, target!), alpha),
      ag.multiply(training.distillationDivergence(student!, teacher!, { temperature }), 1 - alpha),
    ),
  kd_binary: ({ student, teacher }, { temperature }) =>
    training.distillationBinary(student!, teacher!, { temperature }),
  kl_div: ({ logp, target }, { reduction }) => training.klDivergence(logp!, target!.value, { reduction }),
  cosine_embedding: ({ a, b, y }, { margin, reduction }) =>
    training.cosineEmbedding(a!, b!, y!.value, { margin, reduction }),
  cosine_similarity: ({ a, b }, { axis }) => {
    const rank = a!.value.shape.length;
    const along: number = (axis ?? -1) < 0 ? rank + (axis ?? -1) : axis;
    // The package compares vectors of the last axis.
    const axes = [...Array.from({ length: rank }, (_, i) => i).filter((i) => i !== along), along];
    return training.cosineSimilarity(ag.transpose(a!, axes), ag.transpose(b!, axes));
  },
  multi_margin: ({ logits, target }, { p, margin, reduction }) =>
    training.multiMargin(logits!, target!.value, { p, margin, reduction }),
};
