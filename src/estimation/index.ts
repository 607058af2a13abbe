/** Devices, the delay model and resource estimates. */
export { DEVICE_NAMES, device } from './devices.ts';
export type { Device, Family } from './devices.ts';
export { ultrascalePlusDelay } from './delay.ts';
export { ULTRASCALE_PLUS } from './fabric-delays.ts';
export type { DelayElement, DelayParameters } from './fabric-delays.ts';
export { readMeasuredPaths, readTimingReport } from './measured-paths.ts';
export type { MeasuredPath, PathElement } from './measured-paths.ts';
export { recalibrateDelay } from './recalibrate.ts';
export type { DelayFit, PathResidual, Recalibration } from './recalibrate.ts';
export { BRAM_MINIMUM_BITS } from './block-ram.ts';
export { DSP_MINIMUM_WIDTH } from './dsp-products.ts';
export { estimateResources } from './resources.ts';
export type { ModuleResources, PartCount, ResourceCount, ResourceEstimate } from './resources.ts';
export { netlistLevels, netlistTiming } from './netlist-timing.ts';
export type { ModuleTiming, NetlistTiming, TimingPath, TimingStep } from './netlist-timing.ts';
