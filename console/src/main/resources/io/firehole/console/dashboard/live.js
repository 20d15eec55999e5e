// The realtime document, once a second: by one WebSocket, or by asking where that is not to be had. Keeps what the last five minutes
// of it take to draw, and nothing else.
import {data} from './api.js';

const KEPT_SECONDS = 300;
const SERIES_MAX = 5000;
const RETRY_MILLIS = [500, 1000, 2000, 3000];
const SILENT_AFTER_MILLIS = 3000;

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
    this.socket = new WebSocket(url);
    this.socket.onmessage = (event) => {
      const message = JSON.parse(event.data);
      if (message.type === 'metrics') {
        this.failures = 0;
        this.take(message.data, message.timestamp);
      }
    };
    this.socket.onclose = () => {
      this.socket = null;
      const wait = RETRY_MILLIS[Math.min(this.failures++, RETRY_MILLIS.length - 1)];
      setTimeout(() => this.open(), wait);
    };
  }

  /** Says so when nothing comes any more, and asks by itself where a socket is not to be had. */
  async watch() {
    const silent = Date.now() - this.receivedAt > SILENT_AFTER_MILLIS || this.document === null;
    if (silent && this.connected) {
      this.connected = false;
      this.dispatchEvent(new Event('change'));
    }
    if (silent && this.failures > 2 && !this.asking) {
      this.asking = true;
      try {
        const document = await data('api/grpc-pool/metrics/realtime');
        this.take(document, Date.now());
      } catch {
        // Nobody there: the next second asks again.
      } finally {
        this.asking = false;
      }
    }
  }

  take(document, timestamp) {
    if (this.document !== null && document.sequence === this.document.sequence) {
      return;
    }
    if (this.document !== null && document.sequence < this.document.sequence) {
      this.series.clear(); // another process answers
      this.times = [];
    }
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
    add('delay', Math.max(0, ...document.monitorList.map((one) => one.p99Latency ?? 0)));
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

  /** How much a total has grown since it was looked at last. */
  grown(key, total) {
    this.before ??= new Map();
    const before = this.before.get(key) ?? total;
    this.before.set(key, total);
    return Math.max(0, total - before);
  }
}

export const live = new Live();
