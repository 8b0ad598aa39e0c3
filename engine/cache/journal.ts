/**
 * The undo log of one request's state: what a speculative step overwrote, so that rejected tokens leave no trace.
 *
 * Every write to the state first saves what it replaces under the position of the token that causes it; `undoFrom(position)` puts
 * back, newest first, all that tokens from that position on replaced. Each array is restored in the reverse order of its writes.
 * @module
 */

type Undo = () => void;

export class StateJournal {
  private readonly undos: { readonly position: number; readonly undo: Undo }[] = [];

  /** Saves array[from .. to) before it is overwritten. */
  saveRange(position: number, array: Float32Array | Uint8Array | Int32Array, from: number, to: number): void {
    const before = array.slice(from, to);
    this.undos.push({ position, undo: () => array.set(before, from) });
  }

  /** Runs `undo` when the token at `position` is rejected. */
  onUndo(position: number, undo: Undo): void {
    this.undos.push({ position, undo });
  }

  /** Undoes what the tokens at `position` and after it did. */
  undoFrom(position: number): void {
    for (let i = this.undos.length - 1; i >= 0; i--) if (this.undos[i].position >= position) this.undos[i].undo();
    this.undos.length = 0;
  }
}
