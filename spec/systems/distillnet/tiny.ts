/** A run of a second or two, for specs that need one. */
import { type DistillNetConfig, quickConfig } from '../../../src/systems/distillnet/index.ts';

export const tinyConfig: DistillNetConfig = {
  ...quickConfig,
  seed: 'tiny',
  generator: { meanPileup: 8, particlesPerCollision: 20, underlyingEvent: 20 },
  events: { training: 8, teacher: 6, validation: 3, test: 12 },
  teacher: {
    mode: 'truth',
    neighbours: 4,
    width: 8,
    blocks: 2,
    residuals: 1,
    epochs: 2,
    learningRate: 1e-2,
    batchEvents: 2,
    directions: 16,
    missingWeight: 1,
  },
  student: { ...quickConfig.student, epochs: 2, batch: 64, learningRate: 5e-3 },
  quantized: { ...quickConfig.quantized, floatEpochs: 2, epochs: 2, batch: 64, learningRate: 5e-3 },
};
