// Looks at the table of many monitors for a while: node busy-dashboard.mjs CONSOLE MONITORS SECONDS. Prints "looking" and what it took of the browser as one JSON
// object; then waits until another process answers at the same address, and prints how long the page took to notice.
import {chromium} from 'playwright-core';

const [console_, monitors, seconds] = process.argv.slice(2);
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync'];
const sleep = (millis) => new Promise((done) => setTimeout(done, millis));

const browser = await chromium.launch({executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS});
const context = await browser.newContext({viewport: {width: 1440, height: 900}});
const page = await context.newPage();
const errors = [];
page.on('pageerror', (error) => errors.push(error.message));
const debug = await context.newCDPSession(page);
const BINARY = 2;
const frames = {count: 0, bytes: 0, largest: 0};
debug.on('Network.webSocketFrameReceived', ({response}) => {
  const bytes = Buffer.from(response.payloadData, response.opcode === BINARY ? 'base64' : 'utf8').length;
  frames.count++;
  frames.bytes += bytes;
  frames.largest = Math.max(frames.largest, bytes);
});
const answers = {bytes: 0};
debug.on('Network.loadingFinished', ({encodedDataLength}) => {
  answers.bytes += encodedDataLength;
});
await debug.send('Network.enable');
await debug.send('Performance.enable');

/** What the page has used so far; what is no longer needed is collected before its memory is asked for. */
async function used() {
  await debug.send('HeapProfiler.collectGarbage');
  const {metrics} = await debug.send('Performance.getMetrics');
  const of = (name) => metrics.find((each) => each.name === name).value;
  return {at: of('Timestamp'), task: of('TaskDuration'), script: of('ScriptDuration'), layout: of('LayoutDuration') + of('RecalcStyleDuration'),
    heap: of('JSHeapUsedSize'), nodes: of('Nodes')};
}

await page.goto(`${console_}/#/monitors`);
await page.waitForFunction((count) => document.querySelectorAll('main tbody tr').length >= count, Number(monitors), {timeout: 60_000});
await page.evaluate(() => {
  window.drawn = [];
  window.late = 0;
  new MutationObserver(() => window.drawn.push(document.querySelector('main').dataset.sequence))
      .observe(document.querySelector('main'), {attributes: true, attributeFilter: ['data-sequence']});
  new PerformanceObserver((list) => {
    window.late += list.getEntries().length;
  }).observe({type: 'longtask'});
});
await sleep(2000);
await page.evaluate(() => {
  window.drawn = [];
  window.late = 0;
  window.rows = new Set(document.querySelectorAll('main tbody tr'));
});
Object.assign(frames, {count: 0, bytes: 0, largest: 0});
answers.bytes = 0;
const before = await used();
await sleep(Number(seconds) * 1000);
const after = await used();
const looked = await page.evaluate(async () => {
  const {live} = await import(new URL('dashboard/live.js', document.baseURI));
  window.live = live; // what waits below takes no promise for an answer
  return {
    rows: document.querySelectorAll('main tbody tr').length,
    keptRows: [...document.querySelectorAll('main tbody tr')].filter((row) => window.rows.has(row)).length,
    sparklines: [...document.querySelectorAll('main tbody tr')].filter((row) => row.querySelector('svg.sparkline')).length,
    drawn: window.drawn.length,
    longTasks: window.late,
    newestDrawn: document.querySelector('main').dataset.sequence === String(live.document.sequence),
    run: live.document.run,
  };
});
const elapsed = after.at - before.at;
process.stdout.write(`looking ${JSON.stringify({
  ...looked,
  seconds: elapsed,
  frames: frames.count,
  bytes: frames.bytes,
  answerBytes: answers.bytes,
  largestFrame: frames.largest,
  mainThread: (after.task - before.task) / elapsed,
  script: (after.script - before.script) / elapsed,
  layout: (after.layout - before.layout) / elapsed,
  heapGrowth: after.heap - before.heap,
  heap: after.heap,
  nodesGrowth: after.nodes - before.nodes,
  errors,
})}\n`);

// Another process at the same address: the page goes on by itself.
const patience = Date.now() + 60_000;
let answeredAt = null;
while (answeredAt === null) {
  if (Date.now() > patience) {
    throw new Error('no other process answers');
  }
  try {
    const answer = await (await fetch(`${console_}/api/grpc-pool/metrics/realtime`)).json();
    if (answer.data.run !== looked.run) {
      answeredAt = Date.now();
    }
  } catch {
    // not there yet
  }
  await sleep(50);
}
await page.waitForFunction((old) => window.live.document.run !== old && window.live.connected, looked.run, {timeout: 60_000, polling: 50});
process.stdout.write(`noticed ${JSON.stringify({millis: Date.now() - answeredAt})}\n`);
await browser.close();
