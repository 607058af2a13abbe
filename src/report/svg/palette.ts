/**
 * Colours, dashes and markers that stay apart for colour-blind readers, in grey print and on dark paper.
 *
 * Colours are Okabe and Ito's (Color Universal Design, 2008) without yellow and black; from the seventh series on the
 * dash and marker tell series of one colour apart. The heat map's colours are seven stops of viridis (van der Walt and
 * Smith, 2015), which rise evenly in lightness; about a middle they are seven stops of ColorBrewer's RdBu, red below.
 */
import { coordinate, element } from './element.ts';

const colours = ['#0072b2', '#d55e00', '#009e73', '#b5569d', '#56b4e9', '#e69f00'] as const;
const dashes = [undefined, '7 3', '2 3', '9 3 2 3', '4 2', '12 4'] as const;

/** Colour of the series of an index. */
export const seriesColour = (index: number): string => colours[index % colours.length];

/** Dash pattern of the series of an index; undefined for a solid line. */
export const seriesDash = (index: number): string | undefined =>
  dashes[(index + Math.floor(index / colours.length)) % dashes.length];

/** Draw the marker of a series of an index at a point: circle, square, triangle, diamond, down-triangle, cross. */
export const marker = (index: number, x: number, y: number, radius = 3): string => {
  const fill = seriesColour(index);
  const path = (...points: readonly (readonly [number, number])[]): string => {
    const corners = points.map(([dx, dy]) => `${coordinate(x + dx * radius)} ${coordinate(y + dy * radius)}`);
    return element('path', { d: `M${corners.join('L')}Z`, fill });
  };
  switch (index % 6) {
    case 1:
      return path([-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]);
    case 2:
      return path([0, -1.2], [1.1, 0.8], [-1.1, 0.8]);
    case 3:
      return path([0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]);
    case 4:
      return path([0, 1.2], [1.1, -0.8], [-1.1, -0.8]);
    case 5:
      return path(
        [-1, -0.4],
        [-0.4, -0.4],
        [-0.4, -1],
        [0.4, -1],
        [0.4, -0.4],
        [1, -0.4],
        [1, 0.4],
        [0.4, 0.4],
        [0.4, 1],
        [-0.4, 1],
        [-0.4, 0.4],
        [-1, 0.4],
      );
    default:
      return element('circle', { cx: x, cy: y, r: radius, fill });
  }
};

const viridis = [
  [68, 1, 84],
  [70, 50, 127],
  [54, 92, 141],
  [39, 127, 142],
  [31, 161, 135],
  [74, 194, 109],
  [253, 231, 37],
] as const;

const redToBlue = [
  [178, 24, 43],
  [239, 138, 98],
  [253, 219, 199],
  [247, 247, 247],
  [209, 229, 240],
  [103, 169, 207],
  [33, 102, 172],
] as const;

/** Colours of a heat map: of a quantity that rises, or of one that may lie on either side of a middle. */
export type HeatPalette = 'sequential' | 'diverging';

/** Give the colour of a fraction 0 … 1 of a heat map's range, with a text colour that reads on it. */
export const heatColour = (
  fraction: number,
  palette: HeatPalette = 'sequential',
): { readonly fill: string; readonly text: string } => {
  const stops = palette === 'diverging' ? redToBlue : viridis;
  const at = Math.min(1, Math.max(0, fraction)) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(at));
  const mixed = stops[low].map((channel, i) => Math.round(channel + (stops[low + 1][i] - channel) * (at - low)));
  const isLight = 0.299 * mixed[0] + 0.587 * mixed[1] + 0.114 * mixed[2] > 120;
  return { fill: `rgb(${mixed.join(',')})`, text: isLight ? '#1b1f24' : '#ffffff' };
};
