// Runs one published Yellowstone client against an endpoint and tells, as one JSON object on stdout, what it received.
//
//   node real-client.mjs CLIENT ENDPOINT TOKEN [SLOTS]
//
// CLIENT is js (@triton-one/yellowstone-grpc 4.0.2, on grpc-js), napi (7.x, on tonic) or laser (helius-laserstream).
// The story is the same for each: unary calls where the client has them, a subscription watched for SLOTS slots, a ping,
// then other filters on the open stream, watched for SLOTS slots more. RealClientsTest compares the identifiers with
// what the simulator says an uninterrupted direct subscriber gets.

const [, , client, endpoint, token, slotsText = '4'] = process.argv;
const slots = Number(slotsText);
const DEADLINE_MS = 60_000;

const PUMP_FUN = '6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P';
const RAYDIUM_V4 = '675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8';
const TOKEN_PROGRAM = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';
const JITO_TIP = 'ADaUMid9yfUytqMBgopwjb2DTLSokTSzL1zt6iGPaS49';

const empty = () => ({
  accounts: {}, slots: {}, transactions: {}, transactionsStatus: {}, entry: {}, blocks: {}, blocksMeta: {},
  accountsDataSlice: [],
});
const transactionFilter = (key) => ({
  vote: false, accountInclude: [key], accountExclude: [], accountRequired: [],
});

// Both phases call a filter "mine": only the accounts behind the name differ.
const first = () => ({
  ...empty(),
  transactions: { mine: transactionFilter(PUMP_FUN) },
  accounts: { tips: { account: [JITO_TIP], owner: [], filters: [] } },
  slots: { slots: {} },
  blocksMeta: { metas: {} },
});
const second = () => ({
  ...empty(),
  transactions: { mine: transactionFilter(RAYDIUM_V4) },
  transactionsStatus: { outcomes: transactionFilter(RAYDIUM_V4) },
  accounts: { tokens: { account: [], owner: [TOKEN_PROGRAM], filters: [] } },
  slots: { slots: {} },
  blocksMeta: { metas: {} },
});

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const STATUS = ['PROCESSED', 'CONFIRMED', 'FINALIZED', 'FIRST_SHRED_RECEIVED', 'COMPLETED', 'CREATED_BANK', 'DEAD'];
const statusName = (status) => (typeof status === 'number' ? STATUS[status] : String(status).replace(/^SLOT_/, ''));

/** What the update is about: its kind, slot and identifier; null for pings, pongs and kinds nobody asked for. */
function identify(update) {
  if (update.transaction) {
    return { kind: 'transactions', slot: update.transaction.slot, id: hex(update.transaction.transaction.signature) };
  }
  const status = update.transactionStatus;
  if (status) return { kind: 'transactions_status', slot: status.slot, id: hex(status.signature) };
  if (update.account) {
    const info = update.account.account;
    return { kind: 'accounts', slot: update.account.slot, id: `${hex(info.pubkey)}:${info.writeVersion}` };
  }
  if (update.slot) {
    return { kind: 'slots', slot: update.slot.slot, id: `${update.slot.slot}:${statusName(update.slot.status ?? 0)}` };
  }
  if (update.blockMeta) {
    return { kind: 'blocks_meta', slot: update.blockMeta.slot, id: `${update.blockMeta.slot}:${update.blockMeta.blockhash}` };
  }
  return null;
}

/** One phase: collects until SLOTS block metas have come after the first one, which began in mid-slot. */
class Phase {
  received = [];
  metas = [];
  constructor() {
    this.done = new Promise((resolve) => { this.resolve = resolve; });
  }
  take(update) {
    const what = identify(update);
    if (!what) return;
    this.received.push([what.kind, [...update.filters].sort().join(','), String(what.slot), what.id]);
    if (what.kind === 'blocks_meta') {
      this.metas.push(String(what.slot));
      if (this.metas.length > slots) this.resolve();
    }
  }
}

const result = { client, pings: 0, pongs: [], unary: {}, errors: [], foreign: [] };
let phase = new Phase();

function take(update) {
  if (update.ping) { result.pings++; return; }
  if (update.pong) { result.pongs.push(Number(update.pong.id)); return; }
  phase.take(update);
}

/** After a change updates under the old filters may still be on their way: the phase begins at the first new name. */
function startsWith(predicate) {
  const next = new Phase();
  const takeNext = next.take.bind(next);
  let begun = false;
  next.take = (update) => {
    begun ||= predicate(update);
    if (begun) takeNext(update);
  };
  return next;
}

async function duplex(Client, options) {
  const yellowstone = new Client(endpoint, token, options);
  if (yellowstone.connect) await yellowstone.connect();
  const u = result.unary;
  u.ping = (await yellowstone.ping(7))?.count ?? 7;
  u.version = JSON.stringify(await yellowstone.getVersion());
  u.slot = Number((await yellowstone.getSlot(0))?.slot ?? (await yellowstone.getSlot(0)));
  u.height = Number((await yellowstone.getBlockHeight(1))?.blockHeight ?? (await yellowstone.getBlockHeight(1)));
  const latest = await yellowstone.getLatestBlockhash(2);
  u.blockhash = latest.blockhash;
  u.valid = (await yellowstone.isBlockhashValid(latest.blockhash)).valid;
  if (yellowstone.subscribeReplayInfo) u.replay = Number((await yellowstone.subscribeReplayInfo()).firstAvailable);

  const stream = await yellowstone.subscribe();
  stream.on('data', take);
  stream.on('error', (error) => result.errors.push(String(error.cause?.message ?? error.message)));
  const write = (request) => new Promise((ok, fail) => stream.write(request, (e) => (e ? fail(e) : ok())));
  return { write, close: () => stream.destroy() };
}

async function laser() {
  const { subscribe } = await import('helius-laserstream');
  const handle = await subscribe(
    { apiKey: token, endpoint, maxReconnectAttempts: 2, replay: true }, first(), take,
    (error) => result.errors.push(error.message));
  return { write: (request) => handle.write(request), close: () => handle.cancel(), subscribed: true };
}

async function main() {
  const open = {
    js: async () => duplex((await import('yellowstone-js')).default.default ?? (await import('yellowstone-js')).default),
    napi: async () => duplex((await import('yellowstone-napi')).default.default ?? (await import('yellowstone-napi')).default),
    laser,
  }[client];
  if (!open) throw new Error(`unknown client ${client}: js, napi or laser`);

  const stream = await open();
  if (!stream.subscribed) await stream.write(first());
  await phase.done;
  result.first = { received: phase.received, metas: phase.metas };

  if (client !== 'laser') await stream.write({ ...empty(), ping: { id: 42 } });
  phase = startsWith((update) => update.filters.includes('tokens') || update.filters.includes('outcomes'));
  await stream.write(second());
  await phase.done;
  result.second = { received: phase.received, metas: phase.metas };
  stream.close();
}

const deadline = setTimeout(() => {
  result.errors.push(`not done after ${DEADLINE_MS} ms: ${phase.received.length} updates in this phase`);
  finish(1);
}, DEADLINE_MS);

function finish(code) {
  clearTimeout(deadline);
  // The native clients keep Node alive; the answer must be out before the process is ended.
  process.stdout.write(JSON.stringify(result) + '\n', () => process.exit(code));
}

main().then(() => finish(0), (error) => {
  result.errors.push(String(error.stack ?? error));
  finish(1);
});
