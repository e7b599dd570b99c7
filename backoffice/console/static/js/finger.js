// A button that is replaced or moved between press and release is never clicked: what would move the page waits for
// the finger, not for ever.
const PRESS_MS = 2000;

class Finger {
  constructor() {
    this.down = false;
    this.waiting = [];
    addEventListener("pointerdown", () => { this.down = true; }, { capture: true, passive: true });
    for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(() => this.lift()), { capture: true, passive: true });
    addEventListener("pointermove", ({ buttons }) => { if (this.down && !buttons) this.lift(); }, { capture: true, passive: true });
    addEventListener("blur", () => this.lift());
  }

  lift() {
    this.down = false;
    for (const go of this.waiting.splice(0)) go();
  }

  // Runs `change` now, or once the finger is lifted, at most once and in the order asked.
  then(change) {
    if (!this.down) return change();
    let done = false;
    const go = () => { if (!done) { done = true; change(); } };
    this.waiting.push(go);
    setTimeout(go, PRESS_MS);
  }

  lifted() {
    return this.down ? new Promise((go) => this.then(go)) : null;
  }
}

export const finger = new Finger();
