/** Quantization: fake quantization, quantization-aware training, calibration of formats, weights of few digits. */
export { calibratePrecision, smallestFormat } from './calibration.ts';
export type { CalibrationOptions } from './calibration.ts';
export { signedDigits, withFewDigits } from './few-digits.ts';
export { fakeQuantize, fakeQuantizeElements, fakeQuantizer, MAX_FAKE_WIDTH, quantizeTensor } from './fake-quantize.ts';
export type { FakeQuantizer } from './fake-quantize.ts';
export { checkPlan } from './precision-plan.ts';
export type { PrecisionPlan, UniformPlan } from './precision-plan.ts';
export { quantizationAware, quantizationTransform, quantizeNetwork } from './quantization-aware.ts';
export type { QuantizationOptions, QuantizationState } from './quantization-aware.ts';
