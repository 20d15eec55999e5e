// What happened of late that somebody may want the reason of.
import {html, nothing} from '../lit/lit-html.js';
import {path} from '../api.js';
import {count} from '../format.js';
import {loaded} from '../loaded.js';
import {asCommand, old, waiting, when} from '../parts.js';
import {table} from '../table.js';

const SHOWN = 500;

/** Asked again when there are more of them, and now and then all the same. */
const ASKED_EVERY_MILLIS = 15_000;

const columns = [
  {id: 'at', title: 'When', value: (event) => event.number, cell: (event) => when(Date.parse(event.at))},
  {id: 'kind', title: 'What', value: (event) => event.kind, cell: (event) => html`<span class="chip">${event.kind}</span>`},
  {id: 'monitor', title: 'Whom', value: (event) => event.monitor,
    cell: (event) => (event.monitor === '' ? '–' : html`<a href=${`#/monitors/${encodeURIComponent(event.monitor)}`}>${event.monitor}</a>`)},
  {id: 'text', title: 'Why', value: (event) => event.text, cell: (event) => html`<span class="long">${event.text}</span>`},
];

/** The view. */
export function events(document) {
  const asked = loaded(path(['grpc-pool', 'events'], {limit: SHOWN}), ASKED_EVERY_MILLIS,
      `${document.run} ${document.totals.events}`);
  if (asked.value === undefined) {
    return html`<h1>Events</h1>${waiting(asked)}`;
  }
  const {total, events: shown} = asked.value;
  return html`<h1>Events</h1>${old(asked)}
    ${table({id: 'events', label: 'Events, newest first', columns, rows: shown, key: (event) => event.number, filtered: true, newestFirst: true,
      empty: 'Nothing out of the ordinary has happened.'})}
    ${total > shown.length ? html`<p class="note">The latest ${shown.length} of ${count(total)}</p>` : nothing}
    <p class="foot">${asCommand('firehole events --follow')}</p>`;
}
