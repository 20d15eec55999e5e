// Who would receive this? A transaction that came lately, an account, or accounts that a transaction names.
import {html, nothing} from '../lit/lit-html.js';
import {order} from '../api.js';
import {many} from '../format.js';
import {asCommand, badge} from '../parts.js';
import {redraw} from '../redraw.js';
import {table} from '../table.js';

const QUESTIONS = [
  {id: 'signature', title: 'A transaction', hint: 'the signature of one received lately, in base58',
    fields: [{id: 'signature', title: 'Signature'}]},
  {id: 'account', title: 'An account', hint: 'its key, the program that owns it, or both',
    fields: [{id: 'account', title: 'Account'}, {id: 'owner', title: 'Owner'}]},
  {id: 'mentions', title: 'What a transaction names', hint: 'accounts that a transaction would name, one on each line',
    fields: [{id: 'mentions', title: 'Accounts', lines: true}]},
];

let chosen = QUESTIONS[0];
let asking = false;
let answer;
let problem;

async function submitted(event) {
  event.preventDefault();
  const question = {};
  for (const field of chosen.fields) {
    const text = String(new FormData(event.target).get(field.id) ?? '').trim();
    if (text !== '') {
      question[field.id] = field.lines ? text.split(/[\s,]+/) : text;
    }
  }
  asking = true;
  problem = undefined;
  redraw();
  try {
    answer = (await order('api/grpc-pool/filters/test', question)).data;
  } catch (refused) {
    answer = undefined;
    problem = refused.message;
  }
  asking = false;
  redraw();
}

const columns = [
  {id: 'monitor', title: 'Monitor', value: (row) => row.monitor, cell: (row) => html`<a href=${`#/monitors/${encodeURIComponent(row.monitor)}`}>${row.monitor}</a>`},
  {id: 'verdict', title: 'Gets it', value: (row) => (row.passes ? 0 : 1), cell: (row) => (row.passes ? badge('good', 'yes') : badge('off', 'no'))},
  {id: 'by', title: 'By which filter, or what keeps it back', cell: (row) => (row.filters.length === 0 ? html`<small>it has no filter for such a thing</small>`
    : html`<ul class="compact">${row.filters.filter((one) => one.passes || !row.passes).map((one) => html`<li><code>${one.kind}.${one.name}</code>
      ${one.passes ? nothing : html`<span class="long">${one.objection}</span>`}</li>`)}</ul>`)},
];

function answered() {
  if (problem !== undefined) {
    return html`<p class="empty problem" role="alert">${problem}</p>`;
  }
  if (answer === undefined) {
    return nothing;
  }
  const rows = [...answer.receivers, ...answer.others];
  return html`<section aria-live="polite"><h2>${answer.received === false ? 'No stream received that transaction lately'
      : `${many(answer.receivers.length, 'stream')} would get it`}</h2>
    ${answer.received === false ? html`<p>Either no monitor's filters match it, or it came too long ago: only the latest are remembered.</p>`
      : table({id: 'tested', label: 'Who would receive it', columns, rows, key: (row) => `${row.monitor}/${row.stream}`, filtered: rows.length > 8,
        empty: 'No monitor is connected.'})}
    ${answer.leftOut > 0 ? html`<p class="note">${answer.leftOut} monitors were not looked at</p>` : nothing}</section>`;
}

/** The view. */
export function filters(document) {
  const carried = document.streamList.reduce((sum, one) => sum + one.filters, 0);
  return html`<h1>Filters</h1>
    <p>${many(document.monitorList.reduce((sum, one) => sum + one.filters, 0), 'filter')} of monitors travel as ${many(carried, 'filter')} on
      ${many(document.streamList.length, 'stream')}: equal ones go once. <a href="#/monitors">Each monitor's filters</a></p>
    <section><h2>Who would receive this?</h2>
    <div class="picker" role="group" aria-label="What to ask about">${QUESTIONS.map((one) => html`<button aria-pressed=${one === chosen ? 'true' : 'false'}
      @click=${() => {
        chosen = one;
        answer = undefined;
        problem = undefined;
        redraw();
      }}>${one.title}</button>`)}</div>
    <form class="form" @submit=${submitted}>
      <p class="note">${chosen.hint}</p>
      ${chosen.fields.map((field) => html`<label>${field.title}${field.lines
        ? html`<textarea name=${field.id} spellcheck="false"></textarea>`
        : html`<input name=${field.id} spellcheck="false" autocomplete="off">`}</label>`)}
      <p><button class="act" type="submit" ?disabled=${asking}>${asking ? 'Asking…' : 'Who gets it?'}</button></p>
    </form></section>
    ${answered()}
    <p class="foot">${asCommand('firehole monitors explain ID --signature SIGNATURE')}</p>`;
}
