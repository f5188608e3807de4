/// <reference lib="dom" />
import { element, page } from "./page.ts";

/** A line that shows how far a file is; it goes when it is disposed of. */
export class TransferRow implements Disposable {
  readonly #row = element("li");
  readonly #bar = element("progress");

  constructor(name: string) {
    this.#bar.ariaLabel = name;
    this.#row.append(element("span", name), this.#bar);
    page.transfers.append(this.#row);
  }

  /** Shows how many bytes of how many have come. */
  show(bytes: number, size: number): void {
    this.#bar.max = Math.max(1, size);
    this.#bar.value = bytes;
  }

  /** Says why it does not go on, and offers what can be done. */
  fail(reason: string, offer: HTMLButtonElement): void {
    const text = element("span", reason);
    text.className = "failed";
    this.#row.replaceChildren(text, offer);
  }

  [Symbol.dispose](): void {
    this.#row.remove();
  }
}
