// Has the page drawn again, once for however many ask before the next frame.
let draw = () => {};
let due = false;

/** Says who draws. */
export function drawnBy(drawer) {
  draw = drawer;
}

/** Has it drawn soon. */
export function redraw() {
  if (!due) {
    due = true;
    requestAnimationFrame(() => {
      due = false;
      draw();
    });
  }
}
