// Small pieces that several views share.
import {html, nothing} from './lit/lit-html.js';
import {ago, utc} from './format.js';
import {redraw} from './redraw.js';
import {order} from './api.js';
import {ref} from './ref.js';

/** A state with its mark: never told apart by colour alone. */
export function badge(kind, text) {
  const mark = {good: '●', warn: '▲', bad: '■', off: '○'}[kind];
  return html`<span class="badge ${kind}"><span aria-hidden="true">${mark}</span> ${text}</span>`;
}

/** How long ago, with the exact time where the mouse rests. */
export const when = (millis) => html`<time datetime=${new Date(millis).toISOString()} title=${utc(millis)}>${ago(millis)}</time>`;

/** A figure with its name, and what it says. */
export const tile = ({title, value, unit, note, line, kind}) => html`<section class="tile ${kind ?? ''}">
  <h3>${title}</h3>
  <p class="figure"><span data-figure=${title}>${value}</span>${unit ? html` <small>${unit}</small>` : nothing}</p>
  ${line ?? nothing}
  ${note ? html`<p class="note">${note}</p>` : nothing}</section>`;

/** A bar that is filled so far. */
export const meter = (label, part, kind = 'good') => html`<svg class="meter ${kind}" viewBox="0 0 100 6" preserveAspectRatio="none" role="img"
  aria-label=${label}><rect class="all" width="100" height="6" rx="3" /><rect class="part" width=${Math.max(0, Math.min(100, part * 100)).toFixed(1)}
  height="6" rx="3" /></svg>`;

/** The command that says the same, to be copied. */
export function asCommand(command) {
  const copy = async (event) => {
    const button = event.currentTarget;
    try {
      await navigator.clipboard.writeText(command);
      button.textContent = 'Copied';
    } catch {
      button.textContent = command;
    }
    setTimeout(() => {
      button.textContent = 'Copy as command';
    }, 2000);
  };
  return html`<button class="quiet" title=${command} @click=${copy}>Copy as command</button>`;
}

/** What to say instead of data that are not there: that they are being asked for, or why they cannot be had. */
export const waiting = ({problem}) => (problem === undefined
  ? html`<p class="empty">Asking…</p>`
  : html`<p class="empty problem" role="alert">${problem.message}</p>`);

const TOLD_MILLIS = 8000;

/** Says that what is shown is old, if it is: the last question for it failed. */
export const old = ({problem}) => (problem === undefined ? nothing : html`<p class="note problem" role="status">Not up to date:
  ${problem.message}</p>`);

let asked = null;
let told = null;

/** Asks once before something is done that costs something, and tells what came of it. */
export function confirmThen({question, cost, verb, path, done}) {
  asked = {question, cost, verb, path, done};
  told = null;
  redraw();
}

/** Says that something could not be done. */
export function failed(problem) {
  tell(false, problem.message);
}

function tell(good, text) {
  const mine = {good, text};
  told = mine;
  redraw();
  setTimeout(() => {
    if (told === mine) {
      dropped();
    }
  }, TOLD_MILLIS);
}

async function decided() {
  const {path, done} = asked;
  asked = null;
  redraw();
  try {
    tell(true, done((await order(path)).data));
  } catch (problem) {
    failed(problem);
  }
}

function dropped() {
  asked = null;
  told = null;
  redraw();
}

/** What is being asked or told at the moment. */
export function dialog() {
  if (asked !== null) {
    return html`<dialog class="sheet" role="alertdialog" aria-labelledby="sheet-question" aria-describedby="sheet-cost" @cancel=${dropped}
      ${ref((box) => box.open || box.showModal())}>
      <h2 id="sheet-question">${asked.question}</h2><p id="sheet-cost">${asked.cost}</p>
      <p><button class="act" autofocus @click=${decided}>${asked.verb}</button> <button @click=${dropped}>Cancel</button></p></dialog>`;
  }
  return told === null ? nothing : html`<div class="toast ${told.good ? 'good' : 'bad'}" role="status">${told.text}
    <button class="quiet" aria-label="Close this message" @click=${dropped}>✕</button></div>`;
}
