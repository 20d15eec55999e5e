// The seconds before this page was opened, as far as a history has them, so that a chart of the last minutes shows them at once.
import {path} from './api.js';
import {html, nothing} from './lit/lit-html.js';
import {KEPT_SECONDS, live} from './live.js';
import {loaded} from './loaded.js';

/** The newest seconds come into a history a little late, so it is asked again; but not once the page has seen the five minutes itself. */
const ASKED_EVERY_MILLIS = 15_000;

/** Half a second: what is nearer than that to the page's own first figure is that figure. */
const NEAR = 0.5;

const begins = () => live.times[0];
const isNeeded = () => live.times.at(-1) - begins() < KEPT_SECONDS - 1;

const asked = (of) => loaded(path(['grpc-pool', 'metrics', 'history', 'seconds'], {period: '5m', ...of}), ASKED_EVERY_MILLIS);

/** From the first second that was kept to the last: one that is missing between them had no update. A row is of the second that ends at its time. */
function kept(rows) {
  const messages = new Map(rows.map((row) => [Date.parse(row.second) / 1000, row.messages]));
  const all = [];
  for (let second = Math.min(...messages.keys()); second <= Math.max(...messages.keys()); second++) {
    all.push({at: second + 1, value: messages.get(second) ?? 0});
  }
  return all;
}

function before(of) {
  if (!live.document.history.kept || !isNeeded()) {
    return [];
  }
  const from = live.times.at(-1) - KEPT_SECONDS;
  const known = kept(asked(of).value ?? []).filter((one) => one.at > from && one.at < begins() - NEAR);
  const last = known.at(-1);
  // Between the last second that was kept and the page's first nothing is known: a hole in the line.
  return last === undefined || begins() - last.at < 1 + NEAR ? known : [...known, {at: last.at + 1, value: null}];
}

/**
 * What went to monitors, per second, and what there is of it from before the page was opened.
 *
 * @param of whom it went to, as the API takes it: {monitor: ID}, or {} for all together
 * @param values what the page has seen of it itself
 * @param others what it has seen of other figures that no history has: they are holes before
 * @return {times, values, others} of one length, for a chart
 */
export function recent(of, values, ...others) {
  const known = before(of);
  // What began to be seen later than the page was opened has fewer values.
  const own = (seen) => [...new Array(Math.max(0, live.times.length - seen.length)).fill(null), ...seen];
  return {
    times: [...known.map((one) => one.at), ...live.times],
    values: [...known.map((one) => one.value), ...own(values)],
    others: others.map((other) => [...known.map(() => null), ...own(other)]),
  };
}

/** Why a chart begins where the page was opened; nothing if it does not, or for no other reason than that nothing was kept before. */
export function whyEmpty(of) {
  if (!isNeeded()) {
    return nothing;
  }
  if (!live.document.history.kept) {
    return html`<p class="note">Drawn from when this page was opened: no history is kept. <code>history.store</code> keeps one.</p>`;
  }
  const {problem} = asked(of);
  return problem === undefined ? nothing : html`<p class="note">Drawn from when this page was opened: ${problem.message}.</p>`;
}
