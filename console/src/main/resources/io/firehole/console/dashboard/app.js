// The frame around the views: where one is, how Firehole stands in a sentence, and what is drawn when.
import {html, nothing, render} from './lit/lit-html.js';
import {sweep} from './chart.js';
import {many, span} from './format.js';
import {live} from './live.js';
import {badge, dialog} from './parts.js';
import {drawnBy, redraw} from './redraw.js';
import {configuration} from './views/configuration.js';
import {connection, streams} from './views/streams.js';
import {events} from './views/events.js';
import {filters} from './views/filters.js';
import {gaps} from './views/gaps.js';
import {logOut, login, session, whoAmI} from './views/login.js';
import {monitor, monitors} from './views/monitors.js';
import {overview} from './views/overview.js';
import {permits} from './views/permits.js';

const VIEWS = [
  {id: 'overview', title: 'Overview', key: '1', view: overview},
  {id: 'streams', title: 'Streams', key: '2', view: streams, one: connection},
  {id: 'monitors', title: 'Monitors', key: '3', view: monitors, one: monitor},
  {id: 'filters', title: 'Filters', key: '4', view: filters},
  {id: 'permits', title: 'Permits', key: '5', view: permits},
  {id: 'gaps', title: 'Gaps', key: '6', view: gaps},
  {id: 'events', title: 'Events', key: '7', view: events},
  {id: 'config', title: 'Config', key: '8', view: configuration},
];

/** Where one is: #/view, #/view/one-of-them, each part encoded. */
function place() {
  const parts = location.hash.replace(/^#\/?/, '').split('/').map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  const view = VIEWS.find((one) => one.id === parts[0]) ?? VIEWS[0];
  return {view, id: parts.slice(1).join('/')};
}

function sentence(document) {
  const {monitors, rateLimit, totals} = document;
  if (document.status !== 'healthy') {
    return document.reasons.join('; ');
  }
  const served = monitors.total === 0 ? 'No monitor is connected'
      : monitors.active === monitors.total ? `All ${many(monitors.total, 'monitor')} served`
      : `${monitors.active} of ${many(monitors.total, 'monitor')} served`;
  const free = rateLimit.limit === null ? '' : ` · ${rateLimit.tokensAvailable} of ${many(rateLimit.limit, 'new connection')} free`;
  return `${served}${free} · ${totals.gaps === 0 ? 'nothing lost' : many(totals.gaps, 'gap')}`;
}

function status() {
  const document = live.document;
  if (document === null) {
    return html`${badge('off', 'Connecting')}<p>The first figures are on their way.</p>`;
  }
  if (!live.connected) {
    return html`${badge('bad', 'No connection')}<p>Firehole has not answered for ${span(Date.now() - live.receivedAt)}. What you see is old; this page
      goes on by itself as soon as it answers.</p>`;
  }
  return html`${document.status === 'healthy' ? badge('good', 'Healthy') : badge('warn', 'Degraded')}<p>${sentence(document)}</p>`;
}

function theme() {
  const root = document.documentElement;
  root.dataset.theme = root.dataset.theme === 'dark' ? 'light' : 'dark';
  localStorage.setItem('firehole-theme', root.dataset.theme);
  redraw();
}

function draw() {
  if (session.loginNeeded) {
    render(login(), document.getElementById('app'));
    return;
  }
  const {view, id} = place();
  const shown = view.one !== undefined && id !== '' ? view.one : view.view;
  document.title = `${id === '' ? view.title : id} – Firehole`;
  render(html`
    <header>
      <a class="brand" href="#/overview"><img src="dashboard/icon.svg" alt="" width="26" height="26"> Firehole</a>
      <div class="status" role="status" aria-live="polite">${status()}</div>
      ${session.tokens ? html`<button class="quiet" @click=${logOut} title=${`${session.name}, ${session.role}`}>Log out</button>` : nothing}
      <button class="quiet" @click=${theme} aria-label="Change between dark and light" title="Dark or light">◐</button>
    </header>
    <nav aria-label="Views"><ul>${VIEWS.map((one) => html`<li><a href=${`#/${one.id}`} aria-current=${one === view ? 'page' : nothing}
      title=${`Key ${one.key}`}>${one.title}${mark(one.id)}</a></li>`)}</ul></nav>
    <main id="content" tabindex="-1" data-sequence=${live.document?.sequence ?? nothing}>
      ${live.document === null ? html`<p class="empty">Waiting for the first figures…</p>` : shown(live.document, id)}
    </main>
    ${dialog()}`, document.getElementById('app'));
  sweep();
}

/** What a view has to be looked at for. */
function mark(id) {
  const document = live.document;
  const number = document === null ? 0
      : id === 'gaps' ? document.totals.gaps
      : id === 'monitors' ? document.monitors.failed + document.monitors.waiting
      : id === 'permits' ? document.rateLimit.queuedRequests
      : 0;
  return number === 0 ? nothing : html` <span class="mark">${number}</span>`;
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches('input, textarea, select')) {
    return;
  }
  const view = VIEWS.find((one) => one.key === event.key);
  if (view !== undefined) {
    location.hash = `#/${view.id}`;
  } else if (event.key === '/') {
    const field = document.querySelector('[data-hotkey="/"]');
    if (field !== null) {
      event.preventDefault();
      field.focus();
    }
  }
}

document.getElementById('app').replaceChildren();
drawnBy(draw);
addEventListener('hashchange', () => {
  redraw();
  document.getElementById('content')?.focus({preventScroll: true});
  scrollTo(0, 0);
});
addEventListener('keydown', pressed);
live.addEventListener('change', redraw);
live.addEventListener('unauthorized', whoAmI);
// What is shown grows old also while nothing comes.
setInterval(() => {
  if (!live.connected) {
    redraw();
  }
}, 1000);
draw();
await whoAmI();
if (!session.loginNeeded) {
  live.start();
}
