// A table that can be sorted and filtered. Both are kept per table for as long as the page is open, and the rows keep their elements while
// the figures in them change.
import {html, nothing} from './lit/lit-html.js';
import {repeat} from './lit/directives/repeat.js';
import {redraw} from './redraw.js';

const states = new Map();

/** Numbers within texts count as numbers. Made once: making one costs more than comparing a hundred texts. */
const collator = new Intl.Collator('en', {numeric: true});

function stateOf(id, sortedBy, descending) {
  let state = states.get(id);
  if (state === undefined) {
    state = {column: sortedBy, descending, filter: ''};
    states.set(id, state);
  }
  return state;
}

function compared(a, b) {
  if (a === b) {
    return 0;
  }
  if (a === null || a === undefined) {
    return -1;
  }
  if (b === null || b === undefined) {
    return 1;
  }
  return typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
}

function header(column, state) {
  if (column.value === undefined) {
    return html`<th scope="col" class=${column.number ? 'number' : ''}>${column.title}</th>`;
  }
  const sorted = state.column === column.id;
  const direction = sorted ? (state.descending ? 'descending' : 'ascending') : 'none';
  const turn = () => {
    state.descending = sorted ? !state.descending : Boolean(column.number);
    state.column = column.id;
    redraw();
  };
  return html`<th scope="col" class=${column.number ? 'number' : ''} aria-sort=${direction} title=${column.hint ?? nothing}>
    <button class="sort" @click=${turn}>${column.title}<span aria-hidden="true">${sorted ? (state.descending ? ' ↓' : ' ↑') : ''}</span></button></th>`;
}

/**
 * A table.
 *
 * @param id its own on the page
 * @param label what it lists, for screen readers
 * @param columns {id, title, value(row) to sort by, cell(row) to show, number, hint}; one without value is not sorted by
 * @param rows what it lists
 * @param key(row) which does not change while the row is the same
 * @param newestFirst whether it begins sorted downwards by its first column
 * @param filtered whether there is a field to filter by
 * @param empty what to say where there are no rows
 */
export function table({id, label, columns, rows, key, filtered = false, newestFirst = false, empty}) {
  const state = stateOf(id, columns[0].id, newestFirst);
  const column = columns.find((one) => one.id === state.column) ?? columns[0];
  const wanted = filtered ? state.filter.trim().toLowerCase() : '';
  const text = (row) => columns.map((one) => (one.value === undefined ? '' : one.value(row) ?? '')).join('\n').toLowerCase();
  const shown = rows.filter((row) => wanted === '' || text(row).includes(wanted));
  if (column.value !== undefined) {
    shown.sort((a, b) => compared(column.value(a), column.value(b)) * (state.descending ? -1 : 1) || compared(key(a), key(b)));
  }
  const filter = (event) => {
    state.filter = event.target.value;
    redraw();
  };
  return html`
    ${filtered ? html`<label class="filter"><span>Filter</span><input type="search" .value=${state.filter} @input=${filter}
      placeholder="any column" autocomplete="off" data-hotkey="/"></label>` : nothing}
    ${rows.length === 0 ? html`<p class="empty">${empty}</p>` : html`
    <div class="scroll" tabindex="0" role="region" aria-label=${label}>
      <table>
        <caption class="hidden">${label}</caption>
        <thead><tr>${columns.map((one) => header(one, state))}</tr></thead>
        <tbody>${repeat(shown, key, (row) => html`<tr>${columns.map((one) => html`<td class=${one.number ? 'number' : ''}>${one.cell === undefined
          ? one.value(row) : one.cell(row)}</td>`)}</tr>`)}</tbody>
      </table>
    </div>
    ${shown.length < rows.length ? html`<p class="note">${shown.length} of ${rows.length} shown</p>` : nothing}`}`;
}
