// Runs one published Yellowstone client at CONFIRMED for a while, its own reconnection switched off, and writes what it receives:
// one JSON array [kind, names, slot, identifier] a line, at the end one object {client, errors, ended}.
//
//   node steady-client.mjs CLIENT ENDPOINT TOKEN SECONDS
//
// CLIENT is js, napi or laser, as in real-client.mjs. FaultyProviderClientsTest breaks the provider meanwhile.

const [, , client, endpoint, token, seconds] = process.argv;
const PUMP_FUN = '6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P';
const CONFIRMED = 1;

const request = {
  accounts: {}, slots: {}, transactionsStatus: {}, entry: {}, blocks: {}, accountsDataSlice: [],
  transactions: { mine: { vote: false, accountInclude: [PUMP_FUN], accountExclude: [], accountRequired: [] } },
  blocksMeta: { metas: {} },
  commitment: CONFIRMED,
};

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const errors = [];
let ended = false;

function line(value) {
  process.stdout.write(JSON.stringify(value) + '\n');
}

function take(update) {
  const names = [...update.filters].sort().join(',');
  if (update.transaction) {
    const { slot, transaction } = update.transaction;
    line(['transactions', names, String(slot), hex(transaction.signature)]);
  } else if (update.blockMeta) {
    const { slot, blockhash } = update.blockMeta;
    line(['blocks_meta', names, String(slot), `${slot}:${blockhash}`]);
  }
}

async function duplex(Client, options) {
  const yellowstone = new Client(endpoint, token, options); // no fourth argument: no reconnection
  if (yellowstone.connect) await yellowstone.connect();
  const stream = await yellowstone.subscribe();
  stream.on('data', take);
  stream.on('error', (error) => errors.push(String(error.cause?.message ?? error.message)));
  stream.on('end', () => { ended = true; });
  stream.on('close', () => { ended = true; });
  await new Promise((ok, fail) => stream.write(request, (e) => (e ? fail(e) : ok())));
}

async function laser() {
  const { subscribe } = await import('helius-laserstream');
  await subscribe(
    { apiKey: token, endpoint, maxReconnectAttempts: 0, replay: false }, request, take,
    (error) => errors.push(error.message));
}

const load = async (name) => {
  const module = await import(name);
  return module.default.default ?? module.default;
};
const open = {
  js: async () => duplex(await load('yellowstone-js')),
  napi: async () => duplex(await load('yellowstone-napi')),
  laser,
}[client];

function finish() {
  // The native clients keep Node alive; all lines must be out before the process is ended.
  process.stdout.write(JSON.stringify({ client, errors, ended }) + '\n', () => process.exit(0));
}

open().then(
  () => setTimeout(finish, Number(seconds) * 1000),
  (error) => { errors.push(String(error.stack ?? error)); finish(); });
