// What was kept: charts beyond the five minutes that the page remembers by itself.
import {html, nothing} from '../lit/lit-html.js';
import {path} from '../api.js';
import {chart, LINES_MAX} from '../chart.js';
import {rate, span} from '../format.js';
import {loaded} from '../loaded.js';
import {old, waiting} from '../parts.js';
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

/** A figure of the rows as lines over the steps; a step without a row is a hole in the line. */
function lines(rows, {stepSeconds}, figure) {
  const at = (row) => Date.parse(row.minute) / 1000;
  const begins = rows.map(at);
  const first = Math.min(...begins);
  const steps = Math.round((Math.max(...begins) - first) / stepSeconds) + 1;
  const groups = new Map();
  rows.forEach((row, i) => {
    const line = groups.get(row.group_id) ?? {label: String(row.group_id), values: new Array(steps).fill(null), sum: 0};
    const value = figure(row, begins[i]);
    line.values[Math.round((begins[i] - first) / stepSeconds)] = value;
    line.sum += value;
    groups.set(row.group_id, line);
  });
  const series = [...groups.values()].sort((one, other) => other.sum - one.sum).slice(0, LINES_MAX);
  return {times: Array.from({length: steps}, (none, i) => first + i * stepSeconds), series};
}

/** What was made of an answer, so that drawing again costs nothing. */
const made = new WeakMap();

function figures(rows, kind) {
  let known = made.get(rows);
  if (known === undefined) {
    const now = Date.now() / 1000;
    // Of the step that is not over, what there is of it counts.
    const seconds = (begin) => Math.max(1, Math.min(kind.stepSeconds, now - begin));
    known = {
      messages: lines(rows, kind, (row, begin) => row.messages / seconds(begin)),
      latency: lines(rows, kind, (row) => row.max_latency),
      errors: lines(rows, kind, (row) => row.errors),
    };
    made.set(rows, known);
  }
  return known;
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
  const kind = SPANS.find((one) => one.id === chosen);
  const {messages, latency, errors} = figures(asked.value, kind);
  const {step} = kind;
  return html`${by}${old(asked)}
    ${asked.answer.truncated ? html`<p class="note">There is more than a page takes: what is oldest is left out.</p>` : nothing}
    <div class="charts">
    ${chart({title: `Updates per second, of each ${step}`, ...messages, format: rate})}
    ${chart({title: `Longest delay of each ${step}`, ...latency, format: span})}
    ${chart({title: `Errors of each ${step}`, ...errors, format: rate})}</div>`;
}
