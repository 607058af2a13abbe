/** Sentences about a synthesis that terminal and report share. */
import type { TimingStep } from '../../estimation/index.ts';
import type { Ice40Result } from '../../verification/index.ts';
import { excessText } from '../part-fit.ts';
import { designCount, type ProjectSynthesis } from './synthesize-project.ts';

/** What the numbers are not. */
export const NO_VENDOR_REPORT =
  'This is not a vendor report: Yosys packs nothing into slices and knows no placement, and no vendor tool has been run.';

/** How a design with wide ports is measured on a part with few pins. */
export const ICE40_FRAME =
  'The design stands in a frame: its inputs come from one shift register and its outputs are folded into another, so that it needs four pins and every path runs between registers. The frame takes one logic cell per data bit; its own paths are one table long.';

/** Say by how much a design exceeds its part; undefined where it fits. */
export function fitText(result: ProjectSynthesis): string | undefined {
  return excessText(designCount(result), result.part, 'as Yosys counts', result.builtAs);
}

/** Say what period the netlist needs by our delay model, beside that of the clock; undefined where it was not timed. */
export function timingText({ timing, part }: ProjectSynthesis): string | undefined {
  if (timing === null) return undefined;
  const { criticalNs, periodNs, path } = timing;
  const [first, last] = [path[0], path.at(-1)];
  const where =
    first === undefined || last === undefined ? '' : `, the slowest path from ${pinText(first)} to ${pinText(last)}`;
  const judged = criticalNs <= periodNs ? 'holds' : 'is too short';
  return `By our delay model the netlist needs ${criticalNs.toFixed(2)} ns on ${part.die}${where}; the period of ${periodNs.toFixed(2)} ns that it was scheduled for ${judged}.`;
}

function pinText({ module, net, pin }: TimingStep): string {
  return `${net}${pin === undefined ? '' : ` (${pin})`} in ${module}`;
}

/** Say how a design fits an iCE40 and how fast it is there. */
export function placementText(placed: Ice40Result): string {
  const { part, logicCells, frameCells, available, ram, clockMHz } = placed;
  const own = `${logicCells - frameCells} logic cells and ${ram[0]} RAM blocks, and ${frameCells} cells for the shift registers that stand for its pins`;
  const overflow = ice40Excess(placed);
  if (overflow !== undefined) return overflow;
  const share = ((100 * logicCells) / available).toFixed(1);
  return `On iCE40 ${part} the design takes ${own}: ${share} % of the part's ${available}. After routing it runs at ${clockMHz!.toFixed(1)} MHz (nextpnr's timing analysis; a 40 nm part, so a relative figure).`;
}

/** Say by how much a design exceeds an iCE40; undefined where it fits. */
export function ice40Excess({ part, logicCells, frameCells, available, ram }: Ice40Result): string | undefined {
  const [used, there] = ram;
  if (logicCells <= available && used <= there) return undefined;
  const needs = (what: string, needed: number, has: number, note = ''): string[] =>
    needed <= has
      ? []
      : [
          `${needed} ${what}${note} of ${has}, ${needed - has} too many, ${has === 0 ? '' : `${(needed / has).toFixed(2)} times the part`}`,
        ];
  const all = [
    ...needs(
      'logic cells',
      logicCells,
      available,
      ` (${frameCells} of them for the shift registers that stand for its pins)`,
    ),
    ...needs('RAM blocks', used, there),
  ];
  return `The design needs ${all.join(' and ')}: iCE40 ${part} is too small for it.`;
}
