/**
 * Width of text in Helvetica, so that margins and legends can be laid out without a browser.
 *
 * Advance widths are those of Adobe's Helvetica metrics in 1/1000 em, by groups; characters that are not listed count
 * as wide ones, and the result has 4 % to spare for the fonts that stand in for Helvetica.
 */

const groups: readonly (readonly [characters: string, width: number])[] = [
  [`'`, 191],
  ['ijl', 222],
  ['|', 260],
  [' !,./:;I[\\]ft\u2009\u202f\u00b7', 278],
  ['()-`r', 333],
  ['"', 355],
  ['*', 389],
  ['Jcksvxyz', 500],
  ['#$0123456789?L_abdeghnopqu', 556],
  ['+<=>~\u2212\u00d7\u00b1', 584],
  ['FTZ', 611],
  ['&ABEKPSVXY', 667],
  ['CDHNRUw', 722],
  ['GOQ', 778],
  ['Mm', 833],
  ['%', 889],
  ['W', 944],
  ['@', 1015],
  ['\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207b', 380],
];

const widths: ReadonlyMap<string, number> = new Map(
  groups.flatMap(([characters, width]) => Array.from(characters, (character) => [character, width] as const)),
);

/** Estimate the width of a line of text in pixels at a font size in pixels; the marks of a subscript `_{…}` count nothing. */
export const textWidth = (text: string, fontSize: number): number => {
  let sum = 0;
  for (const character of text.replaceAll(/_\{([^}]*)\}/g, '$1')) sum += widths.get(character) ?? 800;
  return (sum / 1000) * fontSize * 1.04;
};

/** Shorten a text with an ellipsis until it fits a width in pixels; empty if nothing fits. */
export const fitText = (text: string, fontSize: number, room: number): string => {
  if (textWidth(text, fontSize) <= room) return text;
  const characters = Array.from(text);
  for (let keep = characters.length - 1; keep > 0; keep -= 1) {
    const short = `${characters.slice(0, keep).join('')}…`;
    if (textWidth(short, fontSize) <= room) return short;
  }
  return '';
};

/** Break a text at spaces into lines that fit a width in pixels; a word alone may be longer. */
export const wrapText = (text: string, fontSize: number, room: number): readonly string[] => {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(`${last} ${word}`, fontSize) <= room)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
};
