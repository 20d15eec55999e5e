// Everything at a glance: is everybody served, what does it cost, who is slow, what was lost.
import {html, nothing} from '../lit/lit-html.js';
import {chart} from '../chart.js';
import {bytes, count, many, rate, span} from '../format.js';
import {KEPT_SECONDS, live, slowest} from '../live.js';
import {asCommand, badge, meter, tile} from '../parts.js';
import {recent, whyEmpty} from '../past.js';
import {sparkline} from '../sparkline.js';
import {history, RANGES} from './history.js';

function tiles(document) {
  const {connections, rateLimit, savings, memory, totals} = document;
  const limit = rateLimit.limit;
  const used = limit === null ? 0 : 1 - rateLimit.tokensAvailable / limit;
  return html`<section><h2 class="hidden">At a glance</h2><div class="tiles">
    ${tile({title: 'To monitors', value: rate(document.delivered.messagesPerSecond), unit: 'updates per s',
      line: sparkline(live.values('delivered/messages')), note: `${bytes(document.delivered.bytesPerSecond)} per s`})}
    ${tile({title: 'From the provider', value: rate(document.upstream.messagesPerSecond), unit: 'updates per s',
      line: sparkline(live.values('upstream/messages')), note: `${bytes(document.upstream.bytesPerSecond)} per s`})}
    ${tile({title: 'Delay through Firehole', value: span(slowest(document, live.timestamp)), line: sparkline(live.values('delay')),
      note: '99 % of the slowest monitor’s updates'})}
    ${tile({title: 'Connections', value: count(connections.total), unit: `of ${connections.max}`,
      line: meter(`${connections.total} of ${connections.max} connections`, connections.total / connections.max),
      note: `${connections.healthy} healthy, ${document.streams.total} streams for ${many(document.monitors.total, 'monitor')}`})}
    ${limit === null ? nothing : tile({title: 'New connections free', value: count(rateLimit.tokensAvailable), unit: `of ${limit}`,
      line: meter(`${Math.round(used * 100)} percent of the window used`, used, used > 0.9 ? 'bad' : used > 0.6 ? 'warn' : 'good'),
      note: rateLimit.queuedRequests > 0 ? `${rateLimit.queuedRequests} wait, next in ${span(rateLimit.nextTokenIn)}`
        : `per ${span(rateLimit.window)}, none waits`})}
    ${tile({title: 'Lost', value: count(totals.gaps), unit: totals.gaps === 1 ? 'gap' : 'gaps', kind: totals.gaps > 0 ? 'warn' : '',
      note: totals.dropped > 0 ? `${count(totals.dropped)} dropped for slow monitors` : 'since the start; each with its cause',
      line: html`<a href="#/gaps">${totals.gaps === 0 ? 'Nothing is missing' : 'See which'}</a>`})}
    ${tile({title: 'Saved by sharing', value: rate(savings.bytes.savedPercent), unit: '% of bytes',
      line: html`<p class="note">${bytes(savings.bytes.upstream)} instead of ${bytes(savings.bytes.separate)}</p>`,
      note: savings.price === null ? `${count(savings.connections.upstream)} connections instead of ${count(savings.connections.separate)}`
        : `${rate(savings.price.saved)} ${savings.price.currency} since the start`})}
    ${tile({title: 'Buffers', value: bytes(memory.used), unit: `of ${bytes(memory.max)}`,
      kind: memory.pressure === 'none' ? '' : 'warn',
      line: meter(`${bytes(memory.used)} of ${bytes(memory.max)}`, memory.used / memory.max, memory.pressure === 'none' ? 'good' : 'bad'),
      note: memory.pressure === 'none' ? `at most ${bytes(memory.usedMost)} so far` : `scarce: ${memory.pressure}`})}
  </div></section>`;
}

function streamRow(document, stream) {
  const on = document.monitorList.filter((one) => one.stream === stream.id);
  return html`<li>
    <a href=${`#/streams/${stream.connection}`}>Connection ${stream.connection}, stream ${stream.id}</a>
    <span class="muted">${stream.description}</span>
    ${stream.open ? badge('good', `${rate(stream.messagesPerSecond)} per s`) : badge('warn', 'not open')}
    ${sparkline(live.values(`stream/${stream.id}`))}
    <span class="chips">${on.slice(0, 12).map((one) => html`<a class="chip ${one.active ? '' : 'idle'}"
      href=${`#/monitors/${encodeURIComponent(one.id)}`}>${one.id}</a>`)}${on.length > 12 ? html`<a class="chip" href="#/monitors"
      >and ${on.length - 12} more</a>` : nothing}</span></li>`;
}

const LIMITS = {high: 'the busiest monitors, few on a stream', medium: 'everybody else', low: 'rare updates, many on a stream'};

function groups(document) {
  return html`<section><h2>Groups</h2><div class="groups">${document.groups.map((group) => html`<article class="group">
    <h3>${group.group} <small>${LIMITS[group.group] ?? ''}</small></h3>
    <p class="note">${many(group.monitors, 'monitor')} on ${many(group.streams.length, 'stream')} over ${many(group.connections.length, 'connection')}</p>
    ${group.streams.length === 0 ? html`<p class="empty small">No monitor of this group is connected.</p>`
      : html`<ul class="plain">${document.streamList.filter((one) => one.group === group.group).map((one) => streamRow(document, one))}</ul>`}
  </article>`)}</div></section>`;
}

function nobody() {
  const example = `grpcurl -plaintext -H 'x-monitor-id: my-monitor' ${location.hostname}:10000 list`;
  return html`<section class="empty"><h2>No monitor is connected yet</h2>
    <p>Point one at Firehole: give it the gateway's address, <code>127.0.0.1:10000</code> unless you changed <code>gateway.listen</code>, instead of the
    provider's. Nothing else in it changes. <code>x-monitor-id</code> in its metadata gives it a name here.</p><p class="note">${example}</p></section>`;
}

/** The view. */
export function overview(document) {
  const updates = recent({}, live.values('delivered/messages'), live.values('upstream/messages'));
  const charts = html`<section><div class="bar"><h2>Over time</h2>${RANGES.picker()}</div>
    ${RANGES.chosen() === 'live' ? html`<div class="charts">
      ${chart({title: 'Updates per second', times: updates.times, seconds: KEPT_SECONDS, format: rate, series: [
        {label: 'to monitors', values: updates.values},
        {label: 'from the provider', values: updates.others[0]}]})}
      ${chart({title: 'Trouble per second: gaps, reconnects, dropped updates, disconnected monitors', times: live.times, seconds: KEPT_SECONDS, format: rate,
        series: [{label: 'trouble', values: live.values('trouble')}]})}</div>${whyEmpty({})}` : history()}</section>`;
  return html`<h1 class="hidden">Overview</h1>
    ${tiles(document)}
    ${document.monitors.total === 0 ? nobody() : nothing}
    ${charts}
    ${groups(document)}
    <p class="foot">${asCommand('firehole status')}</p>`;
}
