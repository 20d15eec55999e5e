// Every setting, and where its value comes from.
import {html} from '../lit/lit-html.js';
import {path} from '../api.js';
import {loaded} from '../loaded.js';
import {asCommand, waiting} from '../parts.js';
import {table} from '../table.js';

const columns = [
  {id: 'key', title: 'Setting', value: (one) => one.key, cell: (one) => html`<code>${one.key}</code>`},
  {id: 'value', title: 'Value', value: (one) => one.value, cell: (one) => html`<span class="long">${one.value}</span>`},
  {id: 'origin', title: 'From', value: (one) => one.origin},
];

/** The view. */
export function configuration() {
  const asked = loaded(path(['grpc-pool', 'config']), 10_000);
  return html`<h1>Config</h1>
    <p>What is in effect. A flag outranks a variable of the environment, that the file, that the default; a change takes effect with the next start.</p>
    ${asked.value === undefined ? waiting(asked) : table({id: 'config', label: 'Settings', columns, rows: asked.value.settings, key: (one) => one.key, filtered: true,
      empty: 'This program was put together by another one and has no settings of its own.'})}
    <p class="foot">${asCommand('firehole check-config FILE')}</p>`;
}
