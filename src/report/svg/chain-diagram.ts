/**
 * Things in a row and whether each equals the next: a chain of comparisons as boxes and links.
 *
 * The state of a link is in its sign and its line as well as in its colour, for readers and printers without colours.
 */
import { ValueError } from '../../errors.ts';
import { element, svgDocument, textElement } from './element.ts';
import { seriesColour } from './palette.ts';
import { fitText } from './text-width.ts';

/** How two neighbours compare. */
export type LinkState = 'equal' | 'different' | 'unknown';

/** A box: a name, and what stands below it in small letters. */
export interface ChainNode {
  readonly name: string;
  readonly note?: string;
}

/** What stands between two boxes. */
export interface ChainLink {
  readonly state: LinkState;
  readonly label: string;
  readonly note?: string;
}

/** Options of {@link chainDiagram}. */
export interface ChainDiagram {
  /** Short text that screen readers speak. */
  readonly title: string;
  /** At least two. */
  readonly nodes: readonly ChainNode[];
  /** One less than nodes. */
  readonly links: readonly ChainLink[];
  /** Width in pixels. @defaultValue 680 */
  readonly width?: number;
}

const boxHeight = 56;
const top = 20;
/** Share of the width that boxes take; the rest is links. */
const boxShare = 0.66;

const styles: Readonly<Record<LinkState, { sign: string; colour: string; dash?: string }>> = {
  equal: { sign: '=', colour: seriesColour(2) },
  different: { sign: '≠', colour: seriesColour(1) },
  unknown: { sign: '?', colour: 'currentColor', dash: '4 4' },
};

/**
 * Draw the chain as SVG text.
 *
 * @throws ValueError for fewer than two boxes, or another number of links than there are gaps.
 */
export const chainDiagram = ({ title, nodes, links, width = 680 }: ChainDiagram): string => {
  if (nodes.length < 2 || links.length !== nodes.length - 1) {
    throw new ValueError(
      `A chain has ${nodes.length} boxes and ${links.length} links; it must have at least 2 boxes and one link less.`,
    );
  }
  const room = width - 4;
  const box = (room * boxShare) / nodes.length;
  const gap = (room * (1 - boxShare)) / links.length;
  const middle = top + boxHeight / 2;
  const centred = { 'text-anchor': 'middle' };
  const boxes = nodes.flatMap(({ name, note }, k) => {
    const x = 2 + k * (box + gap);
    const at = x + box / 2;
    const small = note === undefined ? '' : fitText(note, 11, box - 8);
    return [
      element('rect', {
        x,
        y: top,
        width: box,
        height: boxHeight,
        rx: 5,
        fill: 'currentColor',
        'fill-opacity': 0.06,
        stroke: 'currentColor',
        'stroke-opacity': 0.35,
      }),
      textElement(at, small === '' ? middle + 5 : middle - 2, fitText(name, 14, box - 8), {
        ...centred,
        'font-size': 14,
        'font-weight': 'bold',
      }),
      ...(small === ''
        ? []
        : [textElement(at, middle + 15, small, { ...centred, 'font-size': 11, 'fill-opacity': 0.75 })]),
    ];
  });
  const lines = links.flatMap(({ state, label, note }, k) => {
    const { sign, colour, dash } = styles[state];
    const x = 2 + (k + 1) * box + k * gap;
    const at = x + gap / 2;
    const line = { stroke: colour, 'stroke-width': 2, 'stroke-dasharray': dash, fill: 'none' };
    return [
      element('path', { d: `M${x} ${middle}H${at - 12}M${at + 12} ${middle}H${x + gap}`, ...line }),
      textElement(at, middle + 7, sign, { ...centred, 'font-size': 20, 'font-weight': 'bold', fill: colour }),
      textElement(at, middle - 17, fitText(label, 12, gap), { ...centred, 'font-size': 12, 'font-weight': 'bold' }),
      ...(note === undefined
        ? []
        : [
            textElement(at, middle + 27, fitText(note, 11, gap), { ...centred, 'font-size': 11, 'fill-opacity': 0.75 }),
          ]),
    ];
  });
  return svgDocument(width, top + boxHeight + 12, title, [...boxes, ...lines]);
};
