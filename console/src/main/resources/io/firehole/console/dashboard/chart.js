// Charts over time. A canvas says nothing to a screen reader, so each chart has a sentence that sums it up and a table that can be opened.
import {html} from './lit/lit-html.js';
import {ref} from './ref.js';

const HEIGHT = 220;
const PALETTE = ['--line-1', '--line-2', '--line-3', '--line-4', '--line-5', '--line-6', '--line-7', '--line-8'];

/** A moment as it stands in a table: with the day where there is more than one. */
function clock(at, times) {
  const when = new Date(at * 1000);
  return times.at(-1) - times[0] > 86_400 ? when.toLocaleString() : when.toLocaleTimeString();
}

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** How many lines can be told apart. */
export const LINES_MAX = PALETTE.length;

function options(width, series, format, seconds) {
  const axis = {
    stroke: style('--muted'),
    grid: {stroke: style('--grid'), width: 1},
    ticks: {show: false},
    font: '11px system-ui, sans-serif',
  };
  return {
    width,
    height: HEIGHT,
    legend: {show: series.length > 1, live: true},
    cursor: {points: {size: 6}, drag: {x: false, y: false}},
    scales: {
      x: {range: (plot, low, high) => [seconds === undefined ? low : high - seconds, high]},
      y: {range: (plot, low, high) => [0, Math.max(high * 1.1, 1)]},
    },
    axes: [axis, {...axis, size: 58, values: (plot, ticks) => ticks.map(format)}],
    series: [
      {value: (plot, at) => (at === null ? '–' : new Date(at * 1000).toLocaleTimeString())},
      ...series.map((one, i) => ({
        label: one.label,
        stroke: style(PALETTE[i % PALETTE.length]),
        width: 1.6,
        points: {show: false},
        value: (plot, value) => (value === null ? '–' : format(value)),
      })),
    ],
  };
}

/** Keeps a canvas in a box of the page up to date, and throws it away with the box. */
class Plot {
  constructor(box) {
    this.box = box;
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(box);
  }

  show({times, series, format, seconds}) {
    const key = `${series.map((one) => one.label).join('\n')}|${document.documentElement.dataset.theme}`;
    const rows = [times, ...series.map((one) => one.values)];
    if (this.key !== key) {
      this.plot?.destroy();
      this.box.replaceChildren();
      this.plot = new window.uPlot(options(this.box.clientWidth || 600, series, format, seconds), rows, this.box);
      this.key = key;
    } else {
      this.plot.setData(rows);
    }
  }

  resize() {
    if (this.plot && this.box.clientWidth > 0) {
      this.plot.setSize({width: this.box.clientWidth, height: HEIGHT});
    }
  }

  close() {
    this.observer.disconnect();
    this.plot?.destroy();
  }
}

const plots = new Map();

/** Forgets the canvases whose boxes have left the page. */
export function sweep() {
  for (const [box, plot] of plots) {
    if (!box.isConnected) {
      plot.close();
      plots.delete(box);
    }
  }
}

function summary(title, series, format) {
  if (series.length === 0 || series[0].values.length === 0) {
    return `${title}: nothing yet.`;
  }
  return `${title}: ${series.map((one) => {
    const known = one.values.filter((value) => value !== null);
    return `${one.label} now ${format(known.at(-1) ?? 0)}, at most ${format(Math.max(...known, 0))}`;
  }).join('; ')}.`;
}

/**
 * A chart.
 *
 * @param title what it shows, with the unit
 * @param times seconds since 1970, oldest first
 * @param series {label, values} each as long as times
 * @param seconds how far back it reaches; as far as there are times if it is left out
 * @param format a number as people read it
 */
export function chart({title, times, series, format, seconds}) {
  const shown = series.slice(0, LINES_MAX);
  const draw = (box) => {
    if (window.uPlot === undefined || times.length === 0) {
      return;
    }
    let plot = plots.get(box);
    if (plot === undefined) {
      plot = new Plot(box);
      plots.set(box, plot);
    }
    plot.show({times, series: shown, format, seconds});
  };
  const step = Math.max(1, Math.floor(times.length / 30));
  return html`<figure class="chart">
    <figcaption><h3>${title}</h3></figcaption>
    <div class="plot" role="img" aria-label=${summary(title, shown, format)} ${ref(draw)}></div>
    <details><summary>As a table</summary>
      <div class="scroll" tabindex="0" role="region" aria-label=${`${title}, as a table`}><table>
        <thead><tr><th scope="col">Time</th>${shown.map((one) => html`<th scope="col" class="number">${one.label}</th>`)}</tr></thead>
        <tbody>${times.map((at, i) => [at, i]).filter(([, i]) => (times.length - 1 - i) % step === 0).reverse().map(([at, i]) => html`<tr>
          <td>${clock(at, times)}</td>
          ${shown.map((one) => html`<td class="number">${one.values[i] === null ? '–' : format(one.values[i])}</td>`)}</tr>`)}</tbody>
      </table></div></details>
  </figure>`;
}
