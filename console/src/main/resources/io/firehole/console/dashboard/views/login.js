// Who may see this. Only asked where the console has tokens.
import {html, nothing} from '../lit/lit-html.js';
import {Problem} from '../api.js';
import {redraw} from '../redraw.js';

/** What the console said of who asks; null before it was asked. */
export const session = {name: '', role: null, tokens: false, loginNeeded: false};

let problem;
let asking = false;

/** Asks who this is. */
export async function whoAmI() {
  const response = await fetch('api/session', {cache: 'no-store'});
  Object.assign(session, (await response.json()).data);
  redraw();
}

async function post(path, headers) {
  const response = await fetch(path, {method: 'POST', headers: {'x-firehole-order': '1', ...headers}});
  const body = await response.json();
  if (!response.ok) {
    throw new Problem(response.status, body.detail);
  }
}

async function submitted(event) {
  event.preventDefault();
  asking = true;
  redraw();
  try {
    await post('login', {authorization: `Bearer ${new FormData(event.target).get('token')}`});
    location.reload();
  } catch (refused) {
    problem = refused.message;
  }
  asking = false;
  redraw();
}

/** Ends the session of this browser. */
export async function logOut() {
  await post('logout', {});
  location.reload();
}

/** The form. */
export const login = () => html`<main id="content"><section class="empty"><h1>Firehole</h1>
  <form class="form" @submit=${submitted}>
    <label>Token<input name="token" type="password" autocomplete="current-password" required autofocus></label>
    ${problem === undefined ? nothing : html`<p class="problem" role="alert">${problem}</p>`}
    <p><button class="act" type="submit" ?disabled=${asking}>Log in</button></p>
    <p class="note">One of those in the file that <code>console.tokens-file</code> names.</p>
  </form></section></main>`;
