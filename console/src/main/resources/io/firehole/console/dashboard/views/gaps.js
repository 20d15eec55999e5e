// What monitors should have seen and did not: exactly which slots, and why.
import {html, nothing, svg} from '../lit/lit-html.js';
import {path} from '../api.js';
import {count, many} from '../format.js';
import {loaded} from '../loaded.js';
import {asCommand, old, waiting, when} from '../parts.js';
import {table} from '../table.js';

const SHOWN = 500;

/** Asked again when there are more of them or one has gone on to a later slot, of which an event tells, and now and then all the same. */
const ASKED_EVERY_MILLIS = 15_000;
const LANES_MAX = 20;
const WIDTH = 1000;
const LANE = 18;

const columns = [
  {id: 'number', title: 'Number', number: true, value: (gap) => gap.number},
  {id: 'monitor', title: 'Monitor', value: (gap) => gap.monitor, cell: (gap) => html`<a href=${`#/monitors/${encodeURIComponent(gap.monitor)}`}>${gap.monitor}</a>`},
  {id: 'commitment', title: 'Commitment', value: (gap) => gap.commitment},
  {id: 'first', title: 'First slot', number: true, value: (gap) => gap.firstSlot, cell: (gap) => count(gap.firstSlot)},
  {id: 'last', title: 'Last slot', number: true, value: (gap) => gap.lastSlot, cell: (gap) => count(gap.lastSlot)},
  {id: 'slots', title: 'Slots', number: true, value: (gap) => gap.lastSlot - gap.firstSlot + 1},
  {id: 'cause', title: 'Cause', value: (gap) => gap.cause + (gap.filling?.whole ? ', filled' : gap.filling?.slotsFilled > 0 ? ', filled in part' : '')},
  {id: 'detail', title: 'Detail', value: (gap) => gap.detail, cell: (gap) => html`<span class="long">${gap.detail}</span>`},
  {id: 'broke', title: 'Began', value: (gap) => gap.brokeAt, cell: (gap) => when(Date.parse(gap.brokeAt))},
];

/** Each monitor's gaps on a line over time. */
function timeline(gaps) {
  const now = Date.now();
  const begin = Math.min(...gaps.map((gap) => Date.parse(gap.brokeAt)));
  const from = Math.min(begin, now - 60_000) - 2_000;
  const at = (text) => ((Date.parse(text) - from) / (now - from)) * WIDTH;
  const lanes = new Map();
  gaps.forEach((gap) => {
    const lane = lanes.get(gap.monitor) ?? [];
    lane.push(gap);
    lanes.set(gap.monitor, lane);
  });
  const shown = [...lanes].sort(([, a], [, b]) => b.length - a.length).slice(0, LANES_MAX);
  return html`<figure class="timeline"><figcaption class="note">From ${when(from)} to now. ${lanes.size > LANES_MAX
      ? `The ${LANES_MAX} monitors with the most gaps of ${lanes.size}.` : ''}</figcaption>
    <div class="lanes">${shown.map(([monitor, its]) => html`<div class="lane"><a href=${`#/monitors/${encodeURIComponent(monitor)}`}>${monitor}</a>
      <svg viewBox="0 0 ${WIDTH} ${LANE}" preserveAspectRatio="none" role="img" aria-label=${`${monitor}: ${many(its.length, 'gap')}`}>
        <rect class="covered" width=${WIDTH} height=${LANE} />
        ${its.map((gap) => svg`<rect class="lost" x=${at(gap.brokeAt).toFixed(1)} height=${LANE}
          width=${Math.max(3, at(gap.resumedAt) - at(gap.brokeAt)).toFixed(1)}><title>${gap.firstSlot} to ${gap.lastSlot}: ${gap.cause}</title></rect>`)}
      </svg></div>`)}</div></figure>`;
}

/** The view. */
export function gaps(document) {
  const asked = loaded(path(['grpc-pool', 'gaps'], {limit: SHOWN}), ASKED_EVERY_MILLIS,
      `${document.run} ${document.totals.gaps} ${document.totals.events}`);
  if (asked.value === undefined) {
    return html`<h1>Gaps</h1>${waiting(asked)}`;
  }
  const {total, causes, gaps: shown} = asked.value;
  return html`<h1>Gaps</h1>${old(asked)}
    <p>${total === 0 ? 'Nothing is missing: every monitor received everything that a subscription of its own would have given it.'
      : `${many(total, 'range')} of slots that a monitor should have seen and did not, since the start.`}</p>
    ${total === 0 ? nothing : html`<p class="chips">${Object.entries(causes).map(([cause, number]) => html`<span class="chip">${cause} ${count(number)}</span>`)}</p>
      ${timeline(shown)}`}
    ${table({id: 'gaps', label: 'Gaps', columns, rows: shown, key: (gap) => gap.number, newestFirst: true, filtered: shown.length > 8,
      empty: 'No gap has been recorded. When one is, it stands here with its slots and its cause.'})}
    ${total > shown.length ? html`<p class="note">The latest ${shown.length} of ${count(total)}</p>` : nothing}
    <p class="foot">${asCommand('firehole gaps')}</p>`;
}
