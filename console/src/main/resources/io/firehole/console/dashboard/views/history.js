// What was kept: charts beyond the five minutes that the page remembers by itself.
import {html} from '../lit/lit-html.js';
import {path} from '../api.js';
import {chart, LINES_MAX} from '../chart.js';
import {rate, span} from '../format.js';
import {loaded} from '../loaded.js';
import {waiting} from '../parts.js';
import {redraw} from '../redraw.js';

const SPANS = [
  {id: 'live', title: 'Live, 5 min'},
  {id: '1h', title: '1 h', stepSeconds: 60, step: 'minute'},
  {id: '24h', title: '24 h', stepSeconds: 60, step: 'minute'},
  {id: '7d', title: '7 d', stepSeconds: 3600, step: 'hour'},
];
let chosen = 'live';
let groupedBy = 'connection';

/** Which span is looked at. */
export const RANGES = {
  chosen: () => chosen,
  picker: () => html`<div class="picker" role="group" aria-label="Span">${SPANS.map((one) => html`<button
    aria-pressed=${one.id === chosen ? 'true' : 'false'} @click=${() => {
      chosen = one.id;
      redraw();
    }}>${one.title}</button>`)}</div>`,
};

/** Rows of one minute and one group, as lines over the minutes. */
function lines(rows, figure) {
  const minutes = [...new Set(rows.map((row) => row.minute))].sort();
  const groups = new Map();
  rows.forEach((row) => {
    const line = groups.get(row.group_id) ?? {label: String(row.group_id), values: new Array(minutes.length).fill(null), sum: 0};
    line.values[minutes.indexOf(row.minute)] = figure(row);
    line.sum += figure(row);
    groups.set(row.group_id, line);
  });
  const series = [...groups.values()].sort((a, b) => b.sum - a.sum).slice(0, LINES_MAX);
  return {times: minutes.map((minute) => Date.parse(minute) / 1000), series};
}

/** Charts of what was kept. */
export function history() {
  const asked = loaded(path(['grpc-pool', 'metrics', 'history'], {period: chosen, group_by: groupedBy}), 15_000);
  const by = html`<div class="picker" role="group" aria-label="Lines">${['connection', 'monitor'].map((one) => html`<button
    aria-pressed=${one === groupedBy ? 'true' : 'false'} @click=${() => {
      groupedBy = one;
      redraw();
    }}>by ${one}</button>`)}</div>`;
  if (asked.value === undefined) {
    return html`${by}${waiting(asked)}`;
  }
  if (asked.value.length === 0) {
    return html`${by}<p class="empty">Nothing has been kept of that span yet: the first minute appears when it is over.</p>`;
  }
  const {stepSeconds, step} = SPANS.find((one) => one.id === chosen);
  const messages = lines(asked.value, (row) => row.messages / stepSeconds);
  const latency = lines(asked.value, (row) => row.max_latency);
  const errors = lines(asked.value, (row) => row.errors);
  return html`${by}<div class="charts">
    ${chart({title: `Updates per second, of each ${step}`, ...messages, format: rate})}
    ${chart({title: `Longest delay of each ${step}`, ...latency, format: span})}
    ${chart({title: `Errors of each ${step}`, ...errors, format: rate})}</div>`;
}
