// The realtime document, once a second: by one WebSocket, or by asking where that is not to be had. Keeps what the last five minutes
// of it take to draw, and nothing else.
import {ask} from './api.js';

/** What is kept to draw. */
export const KEPT_SECONDS = 300;
const SERIES_MAX = 5000;
const RETRY_MILLIS = [500, 1000, 2000, 3000];
const SILENT_AFTER_MILLIS = 3000;

/** A socket that has brought nothing for so long is dead, whatever the browser says. */
const DEAD_AFTER_MILLIS = 6000;

/** Whether this browser can unpack what comes; one that cannot is told in plain text. */
const UNPACKS = 'DecompressionStream' in window;

/** What a message of the socket says: text, or the same text packed. */
async function unpacked(message) {
  return typeof message === 'string' ? JSON.parse(message)
    : new Response(message.stream().pipeThrough(new DecompressionStream('gzip'))).json();
}

/** What was seen of one figure in the last five minutes. */
class Series {
  constructor() {
    this.values = [];
  }

  add(value) {
    this.values.push(value ?? 0);
    if (this.values.length > KEPT_SECONDS) {
      this.values.shift();
    }
  }
}

class Live extends EventTarget {
  constructor() {
    super();
    this.document = null;
    this.timestamp = 0;
    this.connected = false;
    this.times = [];
    this.series = new Map();
    this.failures = 0;

    /** What totals had come to when they were looked at last. */
    this.totals = new Map();
  }

  /** Connects, and goes on for as long as the page is open. */
  start() {
    this.open();
    setInterval(() => this.watch(), 1000);
  }

  /** The last values of a figure, oldest first. */
  values(key) {
    return this.series.get(key)?.values ?? [];
  }

  open() {
    const url = new URL('ws', document.baseURI);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    url.hash = '';
    if (UNPACKS) {
      url.searchParams.set('encoding', 'gzip');
    }
    const socket = new WebSocket(url);
    this.socket = socket;
    this.heardAt = Date.now();
    socket.onmessage = async (event) => {
      this.heardAt = Date.now();
      const message = await unpacked(event.data);
      if (message.type === 'metrics') {
        this.failures = 0;
        this.take(message.data, message.timestamp);
      }
    };
    socket.onclose = () => {
      if (this.socket === socket) {
        this.socket = null;
        const wait = RETRY_MILLIS[Math.min(this.failures++, RETRY_MILLIS.length - 1)];
        setTimeout(() => this.open(), wait);
      }
    };
  }

  /** Each second: says so when nothing comes any more, gives a dead socket up, and asks by itself while there is none. */
  async watch() {
    const now = Date.now();
    if (this.connected && now - this.receivedAt > SILENT_AFTER_MILLIS) {
      this.connected = false;
      this.dispatchEvent(new Event('change'));
    }
    const socket = this.socket;
    if (socket !== null && now - this.heardAt > DEAD_AFTER_MILLIS) {
      this.socket = null;
      this.failures++;
      socket.close();
      this.open();
    }
    if (this.failures > 0 && !this.asking) {
      await this.poll();
    }
  }

  async poll() {
    this.asking = true;
    try {
      const answer = await ask('api/grpc-pool/metrics/realtime');
      this.take(answer.data, answer.timestamp ?? Date.now());
    } catch (problem) {
      if (problem.status === 401) {
        this.dispatchEvent(new Event('unauthorized'));
      } // else nobody is there: the next second asks again
    } finally {
      this.asking = false;
    }
  }

  /** Takes a picture in; one that is there already, or older, is left out. */
  take(document, timestamp) {
    const before = this.document;
    const other = before !== null && document.run !== before.run;
    if (before !== null && !other && document.sequence <= before.sequence) {
      return;
    }
    if (other) {
      this.series.clear(); // another process answers, whose figures begin anew
      this.times = [];
      this.totals.clear();
    }
    this.elapsedSeconds = before === null || other ? 1 : Math.max(1, (timestamp - this.timestamp) / 1000);
    this.document = document;
    this.timestamp = timestamp;
    this.receivedAt = Date.now();
    this.connected = true;
    this.keep(document, timestamp);
    this.dispatchEvent(new Event('change'));
  }

  keep(document, timestamp) {
    this.times.push(timestamp / 1000);
    if (this.times.length > KEPT_SECONDS) {
      this.times.shift();
    }
    const seen = new Set();
    const add = (key, value) => {
      seen.add(key);
      let series = this.series.get(key);
      if (series === undefined) {
        if (this.series.size >= SERIES_MAX) {
          return;
        }
        series = new Series();
        for (let i = 1; i < this.times.length; i++) {
          series.add(0);
        }
        this.series.set(key, series);
      }
      series.add(value);
    };
    add('upstream/messages', document.upstream.messagesPerSecond);
    add('upstream/bytes', document.upstream.bytesPerSecond);
    add('delivered/messages', document.delivered.messagesPerSecond);
    add('delivered/bytes', document.delivered.bytesPerSecond);
    add('delay', slowest(document, timestamp) ?? 0);
    add('permits', document.rateLimit.tokensAvailable);
    add('memory', document.memory.used);
    add('trouble', this.grown('trouble', document.totals.gaps + document.totals.overruns + document.totals.reconnects
        + document.totals.dropped));
    document.connectionList.forEach((one) => add(`connection/${one.id}`, one.messagesPerSecond));
    document.streamList.forEach((one) => add(`stream/${one.id}`, one.messagesPerSecond));
    document.monitorList.forEach((one) => {
      const key = `monitor/${one.id}`;
      if (!seen.has(key)) {
        add(key, one.messagesPerSecond);
      }
    });
    for (const key of this.series.keys()) {
      if (!seen.has(key)) {
        this.series.delete(key);
      }
    }
  }

  /** How much a total has grown since it was looked at last, per second. */
  grown(key, total) {
    const before = this.totals.get(key) ?? total;
    this.totals.set(key, total);
    return Math.max(0, total - before) / this.elapsedSeconds;
  }
}

/** How long the slowest monitor's updates took of late: of those that have had any in the last seconds. Null if none has. */
export function slowest(document, timestamp) {
  const delays = document.monitorList
      .filter((one) => one.lastMessage !== null && timestamp - one.lastMessage < SILENT_AFTER_MILLIS)
      .map((one) => one.p99Latency);
  return delays.length === 0 ? null : Math.max(...delays);
}

export const live = new Live();
