// Numbers and times as people read them. Everything here is pure.

const whole = new Intl.NumberFormat('en-US', {maximumFractionDigits: 0});
const fine = new Intl.NumberFormat('en-US', {minimumFractionDigits: 1, maximumFractionDigits: 1});

/** A count: 12,345. */
export const count = (value) => (value === null || value === undefined ? '–' : whole.format(value));

/** A rate; one digit after the point below 100. */
export const rate = (value) => {
  if (value === null || value === undefined) {
    return '–';
  }
  return value !== 0 && Math.abs(value) < 100 ? fine.format(value) : whole.format(value);
};

const BYTES = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];

/** Bytes by powers of 1,000, as providers charge them. */
export function bytes(value) {
  if (value === null || value === undefined) {
    return '–';
  }
  let amount = value;
  let unit = 0;
  while (Math.abs(amount) >= 999.5 && unit < BYTES.length - 1) {
    amount /= 1000;
    unit++;
  }
  return `${unit === 0 ? whole.format(amount) : rate(amount)} ${BYTES[unit]}`;
}

/** A span given in milliseconds, in its two largest units. */
export function span(millis) {
  if (millis === null || millis === undefined) {
    return '–';
  }
  if (millis > 0 && millis < 1) {
    return `${Math.round(millis * 1000)} µs`;
  }
  if (millis < 1000) {
    return `${millis > 0 && millis < 10 ? fine.format(millis) : Math.round(millis)} ms`;
  }
  const seconds = Math.floor(millis / 1000);
  if (seconds < 60) {
    return millis < 10_000 ? `${fine.format(millis / 1000)} s` : `${seconds} s`;
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  }
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const UNITS = [[86_400_000, 'd'], [3_600_000, 'h'], [60_000, 'min'], [1000, 's']];

/** How long ago something was, in its largest unit: the moment itself stands in the title. */
export function ago(millisSinceEpoch, now = Date.now()) {
  const since = now - millisSinceEpoch;
  const unit = UNITS.find(([millis]) => since >= millis);
  return unit === undefined ? 'now' : `${Math.floor(since / unit[0])} ${unit[1]} ago`;
}

/** The time of day in UTC, with the date. */
export const utc = (millisSinceEpoch) => `${new Date(millisSinceEpoch).toISOString().replace('T', ' ').slice(0, 19)} UTC`;

/** One or many of a thing: "1 monitor", "2 monitors". */
export const many = (number, thing, things = `${thing}s`) => `${count(number)} ${number === 1 ? thing : things}`;

/** A long key, so that both its ends can be compared. */
export const shortened = (text, edge = 8) => (text.length <= 2 * edge + 1 ? text : `${text.slice(0, edge)}…${text.slice(-edge)}`);
