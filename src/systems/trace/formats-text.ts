/** Formats of a vector in runs of equal ones: "6 × ap_fixed<8,3>, 1 × ap_ufixed<7,2>", element 0 first. */
import { type FixedFormat, formatText } from '../../fixed/index.ts';

/** Runs that are written out; further ones are counted. */
const SHOWN = 4;

export function formatsText(formats: readonly FixedFormat[]): string {
  const runs: { readonly text: string; count: number }[] = [];
  for (const format of formats) {
    const text = formatText(format);
    const last = runs.at(-1);
    if (last?.text === text) last.count++;
    else runs.push({ text, count: 1 });
  }
  const shown = runs.slice(0, SHOWN).map(({ text, count }) => `${count} × ${text}`);
  return runs.length > SHOWN ? `${shown.join(', ')} and ${runs.length - SHOWN} more` : shown.join(', ');
}
