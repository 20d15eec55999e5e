// What a view has asked the console for besides the realtime document: asked when it is first needed, and again every few seconds while the
// view is on the page.
import {ask} from './api.js';
import {redraw} from './redraw.js';

const FORGOTTEN_AFTER_MILLIS = 30_000;
const kept = new Map();

/**
 * What stands behind a path.
 *
 * @param path as in api.path
 * @param everyMillis how old it may be
 * @return {value, answer, problem}: the data, the whole answer they were in, and why the last question failed. All undefined while nothing
 *     has been answered; value and answer stay while later questions fail, and problem says so
 */
export function loaded(path, everyMillis = 5000) {
  const now = Date.now();
  let entry = kept.get(path);
  if (entry === undefined) {
    for (const [other, {usedAt}] of kept) {
      if (now - usedAt > FORGOTTEN_AFTER_MILLIS) {
        kept.delete(other);
      }
    }
    entry = {value: undefined, answer: undefined, problem: undefined, askedAt: 0, asking: false, usedAt: now};
    kept.set(path, entry);
  }
  entry.usedAt = now;
  if (!entry.asking && now - entry.askedAt >= everyMillis) {
    entry.asking = true;
    entry.askedAt = now;
    ask(path).then((answer) => {
      entry.answer = answer;
      entry.value = answer.data;
      entry.problem = undefined;
    }, (problem) => {
      entry.problem = problem;
    }).finally(() => {
      entry.asking = false;
      redraw();
    });
  }
  return entry;
}
