/** Trainable bit-widths with the cost of the hardware in the loss. */
export type { AdderCost, ElementInterval, LayerCodes, ValueFormats } from './codes.ts';
export { expectedDigits } from './digits.ts';
export { calibrationFit, paretoFront, walkCostFront } from './front.ts';
export type { CalibrationFit, CostFront, CostFrontOptions, FrontPoint, Measure } from './front.ts';
export type { BitWidthView } from './measure.ts';
export { betaAt } from './options.ts';
export type { BitWidthOptions, CostSchedule } from './options.ts';
export { roundToBits, wholeBits } from './rounding.ts';
export type { BitRounding } from './rounding.ts';
export { bitWidthSites } from './sites.ts';
export type { BitWidthSites, DenseSite, ValueGranularity, ValueSite, WeightGranularity } from './sites.ts';
export { bitWidthsName, trainableBitWidths } from './trainable-bit-widths.ts';
export type { BitWidthState, CalibrationRecord, TrainableBitWidths } from './trainable-bit-widths.ts';
