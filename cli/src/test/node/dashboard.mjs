// Looks at the dashboard as a person would, in a real browser: node dashboard.mjs CONSOLE CONTROL FOLDER. Writes screenshots into the folder, and what
// it saw to stdout as one JSON object.
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {chromium} from 'playwright-core';

const [console_, control, folder] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const VIEWS = ['overview', 'streams', 'monitors', 'monitors/pumpfun-price-monitor', 'filters', 'permits', 'gaps', 'events', 'config'];
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync'];

const saw = {opened: [], violations: [], foreign: [], errors: [], wide: [], differing: [], compared: 0, dialogs: 0};

const browser = await chromium.launch({executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS});

async function page(colorScheme, width, height) {
  const context = await browser.newContext({viewport: {width, height}, colorScheme});
  const one = await context.newPage();
  one.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) {
      saw.errors.push(message.text());
    }
  });
  one.on('pageerror', (error) => saw.errors.push(error.message));
  one.on('dialog', (dialog) => {
    saw.dialogs++;
    dialog.dismiss();
  });
  const own = new URL(console_).host;
  one.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'data:' && url.host !== own) {
      saw.foreign.push(request.url());
    }
  });
  await one.goto(console_);
  await one.waitForSelector('main[data-sequence]');
  return one;
}

async function open(one, view) {
  await one.evaluate((to) => {
    location.hash = `#/${to}`;
  }, view);
  await one.waitForFunction((to) => document.querySelector(`nav a[aria-current="page"]`)?.getAttribute('href') === `#/${to.split('/')[0]}`, view);
  await one.waitForFunction(() => !document.querySelector('main')?.textContent.includes('Asking…'));
}

// The library judges from outside the page's policy: its code goes in by the debugger, not as a script of the page.
async function judge(one, where) {
  await one.evaluate(axe);
  const found = await one.evaluate(async () => (await window.axe.run(document)).violations
      .map((violation) => `${violation.id}: ${violation.nodes[0].html.slice(0, 160)}`));
  saw.violations.push(...found.map((text) => `${where}: ${text}`));
}

for (const [theme, width, height] of [['dark', 1440, 900], ['light', 1440, 900], ['dark', 390, 844], ['light', 390, 844]]) {
  const one = await page(theme, width, height);
  for (const view of VIEWS) {
    await open(one, view);
    await judge(one, `${view}, ${theme}, ${width} px`);
    if (await one.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1)) {
      saw.wide.push(`${view}, ${width} px`);
    }
    await one.screenshot({path: `${folder}/${view.replaceAll('/', '-')}-${theme}-${width}.png`, fullPage: true});
    saw.opened.push(`${view}, ${theme}, ${width} px`);
  }
  await one.context().close();
}

const one = await page('dark', 1440, 900);

// Every figure on the first view is what the console says of the picture with that number.
for (let round = 0; round < 5; round++) {
  const {shown, expected} = await one.evaluate(async () => {
    const format = await import(new URL('dashboard/format.js', document.baseURI));
    const sequence = document.querySelector('main').dataset.sequence;
    const shown = Object.fromEntries([...document.querySelectorAll('[data-figure]')].map((each) => [each.dataset.figure, each.textContent]));
    const known = (await (await fetch(`api/grpc-pool/metrics/realtime?sequence=${sequence}`)).json()).data;
    return {shown, expected: {
      'To monitors': format.rate(known.delivered.messagesPerSecond),
      'From the provider': format.rate(known.upstream.messagesPerSecond),
      'Connections': format.count(known.connections.total),
      'New connections free': format.count(known.rateLimit.tokensAvailable),
      'Lost': format.count(known.totals.gaps),
      'Saved by sharing': format.rate(known.savings.bytes.savedPercent),
      'Buffers': format.bytes(known.memory.used),
    }};
  });
  for (const [figure, value] of Object.entries(expected)) {
    saw.compared++;
    if (shown[figure] !== value) {
      saw.differing.push(`${figure}: ${shown[figure]} instead of ${value}`);
    }
  }
  await one.waitForFunction((before) => document.querySelector('main').dataset.sequence !== before,
      await one.evaluate(() => document.querySelector('main').dataset.sequence));
}

// A page that has just been opened shows the minutes before, as far as they were kept.
const fresh = await page('dark', 1440, 900);
await fresh.waitForFunction(() => document.querySelector('.chart details tbody').rows.length > 20, undefined, {timeout: 30_000});
saw.past = await fresh.evaluate(async () => {
  const {live} = await import(new URL('dashboard/live.js', document.baseURI));
  const format = await import(new URL('dashboard/format.js', document.baseURI));
  const kept = (await (await fetch('api/grpc-pool/metrics/history/seconds?period=5m')).json()).data;
  const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString();
  const expected = new Map(kept.map((row) => [clock(Date.parse(row.second) / 1000 + 1), format.rate(row.messages)]));
  const own = new Set(live.times.map(clock));
  const rows = [...document.querySelectorAll('.chart details tbody')[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent));
  const earlier = rows.filter(([at, shown]) => !own.has(at) && shown !== '–');
  return {
    own: live.times.length,
    earlier: earlier.length,
    differing: earlier.filter(([at, shown]) => shown !== (expected.get(at) ?? '0')).map((row) => row.join(' ')),
    provider: earlier.filter(([, , provider]) => provider !== '–').length,
  };
});
await fresh.screenshot({path: `${folder}/fresh-dark-1440.png`, fullPage: true});
await open(fresh, 'monitors/pumpfun-price-monitor');
await fresh.waitForFunction(() => document.querySelector('.chart details tbody').rows.length > 20, undefined, {timeout: 30_000});
saw.withoutHistory = await fresh.evaluate(async () => {
  const {live} = await import(new URL('dashboard/live.js', document.baseURI));
  const known = structuredClone(live.document);
  known.sequence += 1_000_000;
  known.history.kept = false;
  live.take(known, Date.now());
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  return {rows: document.querySelector('.chart details tbody').rows.length, own: live.times.length,
    text: document.querySelector('.chart').parentElement.querySelector('.note')?.textContent ?? ''};
});
await fresh.context().close();

// A good connection is replaced when somebody says so twice.
await open(one, 'streams');
const id = await one.evaluate(() => document.querySelector('main table tbody a').textContent);
await one.click(`button[aria-label="Replace connection ${id}"]`);
saw.cost = await one.textContent('#sheet-cost');
await one.screenshot({path: `${folder}/replace-dark-1440.png`});
await one.click('.sheet button.act');
saw.replaced = await one.textContent('.toast');
await one.waitForFunction((old) => ![...document.querySelectorAll('main section:first-of-type tbody a')].some((each) => each.textContent === old), id,
    {timeout: 60_000});

// Something breaks, and it is seen.
await open(one, 'events');
const lost = await one.locator('tbody .chip', {hasText: 'connection-lost'}).count();
const broke = Date.now();
await fetch(`${control}/fault`, {method: 'POST', body: '{"kind": "reset"}'});
await one.waitForFunction((before) => [...document.querySelectorAll('tbody .chip')].filter((each) => each.textContent === 'connection-lost').length > before,
    lost, {timeout: 30_000});
saw.seenAfterMillis = Date.now() - broke;
await one.screenshot({path: `${folder}/broken-dark-1440.png`});

// Names are text, whatever they say.
const hostile = ['<img src=x onerror=alert(1)>', '<script>alert(1)</script>', '"><svg onload=alert(1)>', 'javascript:alert(1)', "'-alert(1)-'",
  '${alert(1)}', '{{alert(1)}}', '&lt;b&gt;', '\u202egpj.exe', 'a'.repeat(2000)];
for (const view of ['overview', 'monitors', 'streams']) {
  await open(one, view);
  await one.evaluate(async (names) => {
    const {live} = await import(new URL('dashboard/live.js', document.baseURI));
    const known = structuredClone(live.document);
    known.sequence += 1_000_000;
    known.monitorList = Array.from({length: 1000}, (_, i) => ({...known.monitorList[0], id: `${names[i % names.length]}${i}`, created: i}));
    known.connectionList.forEach((each) => {
      each.lastError = names[0];
    });
    known.reasons = names;
    known.status = 'degraded';
    live.take(known, Date.now());
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  }, hostile);
  const drawn = await one.evaluate((name) => ({
    elements: document.querySelectorAll('#app img:not(.brand img), #app script, #app [onload], #app [onerror]').length,
    asText: document.querySelector('#app').textContent.includes(name),
  }), hostile[0]);
  saw.hostileElements = (saw.hostileElements ?? 0) + drawn.elements;
  saw.hostileTexts = (saw.hostileTexts ?? 0) + (drawn.asText ? 1 : 0);
}

await browser.close();
process.stdout.write(JSON.stringify(saw));
