// The budget of new connections: what is left, who waits, and what would happen if everything dropped now.
import {html, nothing} from '../lit/lit-html.js';
import {chart} from '../chart.js';
import {path} from '../api.js';
import {count, many, span} from '../format.js';
import {KEPT_SECONDS, live} from '../live.js';
import {loaded} from '../loaded.js';
import {asCommand, badge, meter, old, tile, waiting} from '../parts.js';
import {table} from '../table.js';

const PURPOSES = {
  'probe': 'finding out whether the provider is back',
  'reconnect-high': 'getting back, high group',
  'reconnect-medium': 'getting back, medium group',
  'reconnect-low': 'getting back, low group',
  'first-connect': 'the first connection of a stream',
  'manual': 'replacing a good connection, by a person',
};

function forecast(known) {
  if (known === null || known === undefined) {
    return html`<p class="empty">There is no forecast: nothing limits new connections.</p>`;
  }
  const rows = Object.entries(known.backIn ?? {}).map(([purpose, millis]) => ({purpose, millis}));
  return html`<p>If all ${many(known.connections, 'connection')} dropped now, the last would be back in <strong>${span(known.allBackIn)}</strong>, the
    time to connect not counted.</p>
    ${table({id: 'forecast', label: 'Who would be back when', columns: [
      {id: 'purpose', title: 'For', value: (row) => row.purpose, cell: (row) => PURPOSES[row.purpose] ?? row.purpose},
      {id: 'millis', title: 'Back in', number: true, value: (row) => row.millis, cell: (row) => span(row.millis)},
    ], rows, key: (row) => row.purpose, empty: 'Nothing is open that could drop.'})}`;
}

/** The view. */
export function permits(document) {
  const {rateLimit} = document;
  const asked = loaded(path(['grpc-pool', 'permits']), 500);
  if (asked.value === undefined) {
    return html`<h1>Permits</h1>${waiting(asked)}`;
  }
  const known = asked.value;
  if (!known.limited) {
    return html`<h1>Permits</h1><p class="empty">No budget limits new connections.</p>`;
  }
  const used = 1 - rateLimit.tokensAvailable / rateLimit.limit;
  const restrained = known.restraint !== 'nothing';
  const refused = Object.values(known.refusals).reduce((sum, one) => sum + one, 0);
  return html`<h1>Permits</h1>${old(asked)}
    <p>Every new connection to the provider takes one. What was used comes back when its window is over, never sooner.</p>
    <section><h2 class="hidden">At a glance</h2><div class="tiles">
      ${tile({title: 'Free now', value: count(rateLimit.tokensAvailable), unit: `of ${rateLimit.limit}`,
        line: meter(`${Math.round(used * 100)} percent used`, used, used > 0.9 ? 'bad' : used > 0.6 ? 'warn' : 'good'),
        note: `in ${span(rateLimit.window)}`})}
      ${tile({title: 'Next permit', value: rateLimit.nextTokenIn === 0 ? 'now' : span(rateLimit.nextTokenIn), note: `${count(known.inFlight)} connecting`})}
      ${tile({title: 'Waiting', value: count(rateLimit.queuedRequests), unit: 'requests', kind: rateLimit.queuedRequests > 0 ? 'warn' : ''})}
      ${tile({title: 'Given', value: count(known.granted), note: `${count(known.unused)} of them not used`})}
      ${tile({title: 'Refused by the provider', value: count(refused), kind: refused > 0 ? 'bad' : '',
        note: restrained ? html`${badge('warn', `held back: ${known.restraint}`)}` : 'nothing is held back'})}
    </div></section>
    <section><h2>Over time</h2>${chart({title: 'Free permits', times: live.times, seconds: KEPT_SECONDS, format: count,
      series: [{label: 'free', values: live.values('permits')}]})}</section>
    <section><h2>If everything dropped now</h2>${forecast(known.forecast)}</section>
    <section><h2>By purpose</h2>${table({id: 'classes', label: 'Permits by purpose', columns: [
      {id: 'class', title: 'For', value: (row) => row.class, cell: (row) => PURPOSES[row.class] ?? row.class},
      {id: 'queued', title: 'Waiting', number: true, value: (row) => row.queued},
      {id: 'available', title: 'Free', number: true, value: (row) => row.available},
      {id: 'mayUse', title: 'May use', number: true, value: (row) => row.mayUse, hint: 'of a window; the rest is kept for what matters more'},
    ], rows: known.classes, key: (row) => row.class, empty: ''})}</section>
    <section><h2>Rules</h2>${table({id: 'rules', label: 'Rules', columns: [
      {id: 'max', title: 'At most', number: true, value: (row) => row.max},
      {id: 'per', title: 'In', number: true, value: (row) => row.per, cell: (row) => span(row.per)},
      {id: 'counts', title: 'Counts', value: (row) => row.counts},
      {id: 'scope', title: 'For', value: (row) => row.scope},
      {id: 'used', title: 'Used', number: true, value: (row) => row.used},
      {id: 'available', title: 'Free', number: true, value: (row) => row.available},
      {id: 'ledger', title: 'Ledger', value: (row) => known.ledgers[row.scope] ?? 'in memory'},
    ], rows: known.rules, key: (row) => `${row.max}/${row.per}/${row.counts}/${row.scope}`, empty: ''})}
    ${known.rules.some((row) => row.believed < row.max) ? html`<p class="note">The provider has refused below its stated limit, so fewer are
      given until it has been good for a while.</p>` : nothing}</section>
    <p class="foot">${asCommand('firehole permits')}</p>`;
}
