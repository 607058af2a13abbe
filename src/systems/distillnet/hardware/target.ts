/** What the paper's circuit is built for. */
import type { HardwareTarget } from '../../pipeline.ts';

/** The part and the clock of the paper. */
export const publishedTarget: HardwareTarget = { part: 'xcvu13p-flga2577-2-e', clockMHz: 240 };
