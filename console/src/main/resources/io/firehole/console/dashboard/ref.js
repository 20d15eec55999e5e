// Calls a function with the element it stands on, after each rendering.
import {Directive, directive, PartType} from './lit/directive.js';
import {noChange} from './lit/lit-html.js';

class Ref extends Directive {
  constructor(part) {
    super(part);
    if (part.type !== PartType.ELEMENT) {
      throw new Error('ref stands on an element');
    }
  }

  render() {
    return noChange;
  }

  update(part, [callback]) {
    queueMicrotask(() => {
      if (part.element.isConnected) {
        callback(part.element);
      }
    });
    return noChange;
  }
}

export const ref = directive(Ref);
