// Who is connected, and how each is served.
import {html, nothing} from '../lit/lit-html.js';
import {path} from '../api.js';
import {chart} from '../chart.js';
import {bytes, count, rate, shortened, span} from '../format.js';
import {KEPT_SECONDS, live} from '../live.js';
import {loaded} from '../loaded.js';
import {asCommand, badge, old, waiting, when} from '../parts.js';
import {recent, whyEmpty} from '../past.js';
import {sparkline} from '../sparkline.js';
import {table} from '../table.js';

const LAG_TO_NOTE_SLOTS = 3;

function state(one) {
  if (!one.active) {
    return badge('warn', 'waiting');
  }
  return one.lagSlots > LAG_TO_NOTE_SLOTS ? badge('warn', `${one.lagSlots} slots behind`) : badge('good', 'served');
}

const columns = [
  {id: 'id', title: 'Monitor', value: (one) => one.id, cell: (one) => html`<a href=${`#/monitors/${encodeURIComponent(one.id)}`}>${one.id}</a>`},
  {id: 'group', title: 'Group', value: (one) => one.group,
    cell: (one) => html`${one.group}${one.suggestedGroup === one.group ? nothing : html` <small title="by its rate">fits ${one.suggestedGroup}</small>`}`},
  {id: 'state', title: 'State', value: (one) => (one.active ? one.lagSlots ?? 0 : 1e9), cell: state},
  {id: 'rate', title: 'Updates per s', number: true, value: (one) => one.messagesPerSecond,
    cell: (one) => html`${sparkline(live.values(`monitor/${one.id}`))} ${rate(one.messagesPerSecond)}`},
  {id: 'bytes', title: 'Bytes per s', number: true, value: (one) => one.bytesPerSecond, cell: (one) => bytes(one.bytesPerSecond)},
  {id: 'delay', title: 'Delay', number: true, value: (one) => one.p99Latency, hint: 'from the arrival of an update until it was handed on: 99 % of the last second with updates took at most that long',
    cell: (one) => span(one.p99Latency)},
  {id: 'waiting', title: 'Waiting', number: true, value: (one) => one.waiting, hint: 'updates it has not read yet',
    cell: (one) => html`${count(one.waiting)} <small>${bytes(one.waitingBytes)}</small>`},
  {id: 'dropped', title: 'Dropped', number: true, value: (one) => one.dropped, cell: (one) => count(one.dropped)},
  {id: 'total', title: 'Updates', number: true, value: (one) => one.updates, cell: (one) => count(one.updates)},
  {id: 'connection', title: 'Connection', number: true, value: (one) => one.connection,
    cell: (one) => (one.connection === 0 ? '–' : html`<a href=${`#/streams/${one.connection}`}>${one.connection}</a>`)},
  {id: 'since', title: 'Since', number: true, value: (one) => one.created, cell: (one) => when(one.created)},
];

/** The view. */
export function monitors(document) {
  return html`<h1>Monitors</h1>
    ${table({id: 'monitors', label: 'Monitors', columns, rows: document.monitorList, key: (one) => `${one.id}/${one.created}/${one.stream}`, filtered: true,
      empty: html`No monitor is connected. Point one at the gateway instead of the provider, and give it a name by <code>x-monitor-id</code>.`})}
    ${document.monitorsLeftOut > 0 ? html`<p class="note">${count(document.monitorsLeftOut)} more are connected; the API has them all.</p>` : nothing}
    <p class="foot">${asCommand('firehole monitors')}</p>`;
}

const LONG = 24;

/** A filter as the monitor wrote it, long keys shortened. */
function shown(value) {
  return JSON.stringify(value, (key, part) => (typeof part === 'string' && part.length > LONG ? shortened(part) : part), 1)
      .replace(/\n\s*/g, ' ');
}

function filterRows(stream) {
  return table({id: 'filters-of-one', label: 'Its filters', rows: stream.filters ?? [], key: (one) => `${one.kind}/${one.name}`, columns: [
    {id: 'kind', title: 'Kind', value: (one) => one.kind},
    {id: 'name', title: 'Its name', value: (one) => one.name},
    {id: 'label', title: 'Travels as', value: (one) => one.label, hint: 'the name under which it goes to the provider'},
    {id: 'filter', title: 'Filter', cell: (one) => html`<code class="long">${shown(one.filter)}</code>
      ${one.union === null || one.union === undefined ? nothing : html`<p class="note">asked of the provider as part of a wider filter with
        ${one.union.others} others; ${count(one.union.wanted)} of ${count(one.union.received)} updates were wanted</p>`}`},
    {id: 'shared', title: 'Shared with', value: (one) => (one.sharesLabelWith ?? []).length,
      cell: (one) => ((one.sharesLabelWith ?? []).length === 0 ? '–' : html`<span class="chips">${one.sharesLabelWith.map((other) => html`<a class="chip"
        href=${`#/monitors/${encodeURIComponent(other)}`}>${other}</a>`)}</span>`)},
  ], empty: 'It has asked for nothing yet.'});
}

function how(stream) {
  return html`<dl class="facts">
      <div><dt>Connection</dt><dd>${stream.connection === 0 ? 'none yet' : html`<a href=${`#/streams/${stream.connection}`}>${stream.connection}</a>`}</dd></div>
      <div><dt>Stream</dt><dd>${stream.stream} ${stream.description}</dd></div>
      <div><dt>Gets everything since slot</dt><dd>${count(stream.activeFromSlot)}</dd></div>
      <div><dt>Alone on its stream</dt><dd>${stream.dedicated ? 'yes' : 'no'}</dd></div>
      <div class="wide"><dt>Why it is there</dt><dd class="long">${stream.reason}</dd></div>
    </dl>
    <h3>Filters</h3>${filterRows(stream)}
    ${(stream.sharesStreamWith ?? []).length === 0 ? nothing : html`<h3>Shares the stream with</h3><p class="chips">${stream.sharesStreamWith.map((other) => html`<a
      class="chip" href=${`#/monitors/${encodeURIComponent(other)}`}>${other}</a>`)}</p>`}`;
}

/** One monitor. */
export function monitor(document, id) {
  const its = document.monitorList.filter((one) => one.id === id);
  const asked = loaded(path(['grpc-pool', 'monitors', id]));
  const head = html`<p class="crumbs"><a href="#/monitors">Monitors</a></p><h1>${id}</h1>`;
  if (its.length === 0 && (asked.value === undefined || asked.problem !== undefined)) {
    return html`${head}${asked.problem === undefined ? waiting(asked) : html`<p class="empty">It has no open stream.
      <a href="#/gaps">Gaps</a> and <a href="#/events">events</a> of the past may name it.</p>`}`;
  }
  const streams = asked.value?.streams ?? [];
  const updates = recent({monitor: id}, live.values(`monitor/${id}`));
  return html`${head}
    ${its.map((one) => html`<dl class="facts">
      <div><dt>State</dt><dd>${state(one)}</dd></div>
      <div><dt>Group</dt><dd>${one.group}</dd></div>
      <div><dt>Updates</dt><dd>${count(one.updates)}, ${rate(one.messagesPerSecond)} per s</dd></div>
      <div><dt>Bytes</dt><dd>${bytes(one.bytes)}, ${bytes(one.bytesPerSecond)} per s</dd></div>
      <div><dt>Delay, half / 99 % / longest</dt><dd>${span(one.p50Latency)} / ${span(one.p99Latency)} / ${span(one.maxLatency)}</dd></div>
      <div><dt>Waiting to be read</dt><dd>${count(one.waiting)} updates, ${bytes(one.waitingBytes)}</dd></div>
      <div><dt>When it is too slow</dt><dd>${one.policy}; dropped ${count(one.dropped)}, replaced ${count(one.conflated)}</dd></div>
      <div><dt>Connected</dt><dd>${when(one.created)}</dd></div>
    </dl>`)}
    <section><h2>Over time</h2>${chart({title: 'Updates per second', times: updates.times, seconds: KEPT_SECONDS, format: rate,
      series: [{label: id, values: updates.values}]})}${whyEmpty({monitor: id})}</section>
    <section><h2>How it is served</h2>${old(asked)}${asked.value === undefined ? waiting(asked) : streams.map(how)}</section>
    <p class="foot">${asCommand(`firehole monitors explain ${quoted(id)}`)}</p>`;
}

/** As a shell takes it. */
function quoted(text) {
  return /^[\w.:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

