// What a view has asked the console for besides the realtime document: asked when it is first needed, and again while the view is on the
// page, every few seconds or when the realtime document says that there is something new.
import {ask} from './api.js';
import {redraw} from './redraw.js';

const FORGOTTEN_AFTER_MILLIS = 30_000;

/** Not more often than that, whatever there is to ask for: shorter than from one drawing to the next, so that each may ask. */
const PAUSE_MILLIS = 500;
const kept = new Map();

/**
 * What stands behind a path.
 *
 * @param path as in api.path
 * @param everyMillis how old it may be
 * @param version what it is asked for: it is asked again with the next drawing where this is another than at the last answer
 * @return {value, answer, problem}: the data, the whole answer they were in, and why the last question failed. All undefined while nothing
 *     has been answered; value and answer stay while later questions fail, and problem says so
 */
export function loaded(path, everyMillis = 5000, version = undefined) {
  const now = Date.now();
  let entry = kept.get(path);
  if (entry === undefined) {
    for (const [other, {usedAt}] of kept) {
      if (now - usedAt > FORGOTTEN_AFTER_MILLIS) {
        kept.delete(other);
      }
    }
    entry = {value: undefined, answer: undefined, problem: undefined, askedAt: 0, version: undefined, asking: false, usedAt: now};
    kept.set(path, entry);
  }
  entry.usedAt = now;
  const pause = entry.version === version ? everyMillis : Math.min(everyMillis, PAUSE_MILLIS);
  if (!entry.asking && now - entry.askedAt >= pause) {
    entry.asking = true;
    entry.askedAt = now;
    ask(path).then((answer) => {
      entry.version = version;
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
