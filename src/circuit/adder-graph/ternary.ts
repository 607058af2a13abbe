/**
 * Ternary adders: two additions in one carry chain, a ± b ± c with one look-up table per bit.
 *
 * A table of UltraScale+ (and 7 series) has two outputs, enough for a compressor in front of the carry chain, and vendor
 * tools build such adders where nothing stands between two additions (UG574, "CLB"; J. Hormigo et al., "Multioperand
 * redundant adders on FPGAs", IEEE Trans. Comput. 62, 2013). An addition whose result only another one reads can go into
 * that one, which then takes no second. Which pairs save most bits is a matching of greatest weight in a forest. Yosys builds no
 * ternary adders, so its counts do not show this saving.
 */
import type { AdderGraph } from './adder-graph.ts';
import { adderWidths } from './cost.ts';
import { graphFacts } from './graph-facts.ts';

export interface TernaryAdders {
  /** Adders that go into the one that reads them. */
  readonly absorbed: readonly number[];
  /** Look-up tables of all adders, one per bit of what is left. */
  readonly lutBits: number;
}

/** Choose the additions that become parts of ternary adders. */
export function ternaryAdders(graph: AdderGraph): TernaryAdders {
  const { inputs, adders } = graph;
  const { readers } = graphFacts(graph);
  const widths = adderWidths(graph);
  /** Most bits saved below an adder if it absorbs nothing, and which operand it had best absorb (−1 for none). */
  const apart = adders.map(() => 0);
  const best = adders.map(() => 0);
  const choice = adders.map(() => -1);
  adders.forEach(({ a, b }, k) => {
    const own = [...new Set([a, b])]
      .filter((value) => value >= inputs.length && readers[value] === 1)
      .map((value) => value - inputs.length);
    apart[k] = own.reduce((sum, at) => sum + best[at]!, 0);
    best[k] = apart[k]!;
    for (const at of own) {
      const saved = apart[k]! - best[at]! + apart[at]! + widths[at]!;
      if (saved > best[k]!) [best[k], choice[k]] = [saved, at];
    }
  });
  const isAbsorbed = adders.map(() => false);
  for (let k = adders.length - 1; k >= 0; k--) if (!isAbsorbed[k] && choice[k]! >= 0) isAbsorbed[choice[k]!] = true;
  return {
    absorbed: adders.flatMap((_, k) => (isAbsorbed[k] ? [k] : [])),
    lutBits: widths.reduce((sum, width, k) => (isAbsorbed[k] ? sum : sum + width), 0),
  };
}
