// What goes to the provider: connections, the streams on them, and those that are gone.
import {html, nothing} from '../lit/lit-html.js';
import {data, path} from '../api.js';
import {bytes, count, many, rate, span} from '../format.js';
import {live} from '../live.js';
import {loaded} from '../loaded.js';
import {asCommand, badge, confirmThen, failed, old, waiting, when} from '../parts.js';
import {sparkline} from '../sparkline.js';
import {session} from './login.js';
import {table} from '../table.js';

const STATES = {ready: 'good', connecting: 'warn', draining: 'warn', broken: 'bad', closed: 'off'};

function state(one) {
  const kind = one.state === 'ready' && one.health !== 'healthy' ? 'warn' : STATES[one.state] ?? 'off';
  return badge(kind, one.state === 'ready' && one.health !== 'healthy' ? 'not answering' : one.state);
}

const group = (one) => one.group ?? '–';

/** Has a connection replaced, after saying what that costs. */
async function reconnect(id) {
  const where = path(['grpc-pool', 'connections', String(id), 'reconnect']);
  try {
    const {permits, available, atOnce} = await data(where);
    const cost = available === null ? `It uses ${many(permits, 'new connection')}.`
        : atOnce ? `It uses ${permits} of ${many(available, 'new connection')} that are free for this.`
        : 'No new connection is free for this now: it waits for one, and the old connection goes on meanwhile.';
    confirmThen({
      question: `Replace connection ${id}?`,
      cost: `${cost} The new one is proven before the old one is given up; monitors miss nothing.`,
      verb: 'Replace it',
      path: where,
      done: ({result}) => (result === 'begun' ? `Connection ${id} is being replaced.` : `Connection ${id} was being replaced already.`),
    });
  } catch (problem) {
    failed(problem);
  }
}

/** Whether whoever looks may have a connection replaced. */
const mayReplace = () => session.role === 'operator' || session.role === 'admin';

const connectionColumns = () => [
  {id: 'id', title: 'Connection', value: (one) => one.id, cell: (one) => html`<a href=${`#/streams/${one.id}`}>${one.id}</a>`},
  {id: 'group', title: 'Group', value: group},
  {id: 'state', title: 'State', value: (one) => one.state, cell: state},
  {id: 'rate', title: 'Updates per s', number: true, value: (one) => one.messagesPerSecond,
    cell: (one) => html`${sparkline(live.values(`connection/${one.id}`))} ${rate(one.messagesPerSecond)}`},
  {id: 'bytes', title: 'Bytes per s', number: true, value: (one) => one.bytesPerSecond, cell: (one) => bytes(one.bytesPerSecond)},
  {id: 'streams', title: 'Streams', number: true, value: (one) => one.streams},
  {id: 'monitors', title: 'Monitors', number: true, value: (one) => one.monitors},
  {id: 'uptime', title: 'Up for', number: true, value: (one) => one.uptime, cell: (one) => span(one.uptime)},
  {id: 'error', title: 'Last trouble', value: (one) => one.lastError, cell: (one) => html`<span class="long">${one.lastError || '–'}</span>`},
  ...(mayReplace() ? [{id: 'act', title: 'Action', cell: (one) => html`<button @click=${() => reconnect(one.id)}
    aria-label=${`Replace connection ${one.id}`}>Replace</button>`}] : []),
];

const streamColumns = [
  {id: 'id', title: 'Stream', value: (one) => one.id},
  {id: 'connection', title: 'Connection', number: true, value: (one) => one.connection,
    cell: (one) => html`<a href=${`#/streams/${one.connection}`}>${one.connection}</a>`},
  {id: 'group', title: 'Group', value: (one) => one.group},
  {id: 'what', title: 'What it carries', value: (one) => one.description},
  {id: 'open', title: 'State', value: (one) => (one.open ? 0 : 1), cell: (one) => (one.open ? badge('good', 'open') : badge('warn', 'not open'))},
  {id: 'rate', title: 'Updates per s', number: true, value: (one) => one.messagesPerSecond,
    cell: (one) => html`${sparkline(live.values(`stream/${one.id}`))} ${rate(one.messagesPerSecond)}`},
  {id: 'bytes', title: 'Bytes per s', number: true, value: (one) => one.bytesPerSecond, cell: (one) => bytes(one.bytesPerSecond)},
  {id: 'monitors', title: 'Monitors', number: true, value: (one) => one.monitors},
  {id: 'filters', title: 'Filters', number: true, value: (one) => one.filters, hint: 'those nobody wants any more included',
    cell: (one) => html`${one.filters}${one.lingering > 0 ? html` <small>${one.lingering} linger</small>` : nothing}`},
  {id: 'slot', title: 'Last whole slot', number: true, value: (one) => one.lastSlot, cell: (one) => count(one.lastSlot)},
  {id: 'reopened', title: 'Reopened', number: true, value: (one) => one.reopened},
];

const closedColumns = [
  {id: 'closed', title: 'Closed', value: (one) => one.closedAt, cell: (one) => when(Date.parse(one.closedAt))},
  {id: 'id', title: 'Connection', number: true, value: (one) => one.id},
  {id: 'group', title: 'Group', value: group},
  {id: 'uptime', title: 'Was up for', number: true, value: (one) => one.uptime, cell: (one) => (one.wasReady ? span(one.uptime) : 'never')},
  {id: 'messages', title: 'Updates', number: true, value: (one) => one.messages, cell: (one) => count(one.messages)},
  {id: 'slot', title: 'Last whole slot', number: true, value: (one) => one.lastSlot, cell: (one) => count(one.lastSlot)},
  {id: 'reason', title: 'Why', value: (one) => one.reason, cell: (one) => html`<span class="long">${one.reason}</span>`},
];

function closed() {
  const asked = loaded(path(['grpc-pool', 'connections', 'closed'], {limit: 200}));
  return asked.value === undefined ? waiting(asked) : html`${old(asked)}${table({id: 'closed', label: 'Closed connections', columns: closedColumns, newestFirst: true,
    rows: asked.value.connections, key: (one) => one.id, empty: 'No connection has been closed.'})}
    ${asked.value.total > asked.value.connections.length ? html`<p class="note">The latest ${asked.value.connections.length} of ${asked.value.total}</p>` : nothing}`;
}

/** The view. */
export function streams(document) {
  return html`<h1>Streams</h1>
    <section><h2>Connections to the provider</h2>
    ${table({id: 'connections', label: 'Connections', columns: connectionColumns(), rows: document.connectionList, key: (one) => one.id,
      empty: 'No connection is open. The first one opens with the first monitor, or when the budget admits it.'})}</section>
    <section><h2>Streams on them</h2>
    ${table({id: 'streams', label: 'Streams', columns: streamColumns, rows: document.streamList, key: (one) => one.id, filtered: document.streamList.length > 8,
      empty: 'No stream is open: no monitor has asked for anything.'})}</section>
    <section><h2>Closed connections</h2>${closed()}</section>
    <p class="foot">${asCommand('firehole connections')}</p>`;
}

/** One connection. */
export function connection(document, id) {
  const one = document.connectionList.find((other) => String(other.id) === id);
  if (one === undefined) {
    return html`<h1>Connection ${id}</h1><p class="empty">There is no such connection any more. A connection lives once: what follows it has a number
      of its own. <a href="#/streams">All connections</a></p>`;
  }
  const on = document.monitorList.filter((monitor) => String(monitor.connection) === id);
  return html`<p class="crumbs"><a href="#/streams">Streams</a></p>
    <div class="bar"><h1>Connection ${id}</h1>${mayReplace() ? html`<button class="act"
      @click=${() => reconnect(one.id)}>Replace it…</button>` : nothing}</div>
    <dl class="facts">
      <div><dt>State</dt><dd>${state(one)}</dd></div>
      <div><dt>Group</dt><dd>${group(one)}</dd></div>
      <div><dt>Up for</dt><dd>${span(one.uptime)}</dd></div>
      <div><dt>Updates</dt><dd>${count(one.messages)}, ${rate(one.messagesPerSecond)} per s</dd></div>
      <div><dt>Bytes</dt><dd>${bytes(one.bytes)}, ${bytes(one.bytesPerSecond)} per s</dd></div>
      <div><dt>Failures in a row</dt><dd>${count(one.errors)}</dd></div>
      <div><dt>Last trouble</dt><dd class="long">${one.lastError || 'none'}</dd></div>
    </dl>
    <section><h2>Its streams</h2>${table({id: 'streams-of-one', label: 'Streams of this connection', columns: streamColumns, key: (stream) => stream.id,
      rows: document.streamList.filter((stream) => String(stream.connection) === id), empty: 'None: it is closed when nobody needs it.'})}</section>
    <section><h2>Who is served</h2>${on.length === 0 ? html`<p class="empty">Nobody at the moment.</p>`
      : html`<p>${many(on.length, 'stream of a monitor', 'streams of monitors')}</p><p class="chips">${on.map((monitor) => html`<a class="chip"
      href=${`#/monitors/${encodeURIComponent(monitor.id)}`}>${monitor.id}</a>`)}</p>`}</section>
    <p class="foot">${asCommand(`firehole reconnect ${id}`)}</p>`;
}
