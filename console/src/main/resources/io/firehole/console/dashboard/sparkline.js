// A line as high as a row of text: the last minute of one figure. SVG, so that it takes part in the theme and in zooming; what it shows
// stands beside it as a number, so it says nothing to a screen reader.
import {svg} from './lit/lit-html.js';

const WIDTH = 96;
const HEIGHT = 22;
const POINTS = 60;

/** Points of a polyline over the last minute, scaled to the highest value there. */
export function points(values, width = WIDTH, height = HEIGHT) {
  const shown = values.slice(-POINTS);
  const top = Math.max(...shown, 1e-9);
  const step = width / (POINTS - 1);
  const offset = (POINTS - shown.length) * step;
  return shown.map((value, i) => `${(offset + i * step).toFixed(1)},${(height - 1.5 - (value / top) * (height - 3)).toFixed(1)}`).join(' ');
}

export const sparkline = (values) => svg`<svg class="sparkline" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true" focusable="false"
  ><polyline points=${points(values)} /></svg>`;
