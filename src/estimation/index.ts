/** Devices, the delay model and resource estimates. */
export { DEVICE_NAMES, device } from './devices.ts';
export type { Device, Family } from './devices.ts';
export { ULTRASCALE_PLUS, ultrascalePlusDelay } from './delay.ts';
export type { DelayParameters } from './delay.ts';
export { BRAM_MINIMUM_BITS, DSP_MINIMUM_WIDTH, estimateResources } from './resources.ts';
export type { ModuleResources, ResourceCount, ResourceEstimate } from './resources.ts';
