// Questions and orders to the console this page came from, and to nobody else.

/** What the console answers when it does not do what it was asked. */
export class Problem extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** The console gives a question up after 10 s, so what has not come by now never does. */
const ANSWER_WITHIN_MILLIS = 15_000;

async function send(path, how) {
  try {
    return await fetch(path, {...how, signal: AbortSignal.timeout(ANSWER_WITHIN_MILLIS)});
  } catch (broken) {
    throw broken.name === 'TimeoutError' ? new Problem(0, `the console did not answer within ${ANSWER_WITHIN_MILLIS / 1000} s`) : broken;
  }
}

async function answer(response) {
  let body;
  try {
    body = await response.json();
  } catch {
    throw new Problem(response.status, `the console answered with status ${response.status} and no JSON`);
  }
  if (!response.ok && body.detail !== undefined) {
    throw new Problem(response.status, body.detail);
  }
  return body;
}

/** The whole answer to a question. */
export const ask = async (path) => answer(await send(path, {headers: {accept: 'application/json'}, cache: 'no-store'}));

/** The data of the answer to a question. */
export const data = async (path) => (await ask(path)).data;

/** Gives an order. The header is what no form can send. */
export const order = async (path, body) => answer(await send(path, {
  method: 'POST',
  headers: {'x-firehole-order': '1', ...(body === undefined ? {} : {'content-type': 'application/json'})},
  body: body === undefined ? undefined : JSON.stringify(body),
}));

/** A path with its variable parts and parameters encoded. */
export function path(parts, parameters = {}) {
  const query = Object.entries(parameters)
      .filter(([, value]) => value !== undefined && value !== '')
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .join('&');
  return `api/${parts.map(encodeURIComponent).join('/')}${query ? `?${query}` : ''}`;
}
