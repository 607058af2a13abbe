/** What a data port carries, in words. */
import type { FixedFormat } from '../fixed/index.ts';

/** Formats of a vector in runs: "6 × ap_fixed<8,3>, 1 × ap_ufixed<7,2>", element 0 first. */
export function contentsText(formats: readonly FixedFormat[]): string {
  const runs: { text: string; count: number }[] = [];
  for (const format of formats) {
    // A port carries codes; the modes that made them belong to the model.
    const { signed, width, integer } = format;
    const text = `${signed ? 'ap_fixed' : 'ap_ufixed'}<${width},${integer}>`;
    const last = runs.at(-1);
    if (last?.text === text) last.count++;
    else runs.push({ text, count: 1 });
  }
  return runs.map(({ text, count }) => `${count} × ${text}`).join(', ');
}
