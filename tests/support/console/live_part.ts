/** What the server sends of a part of a page that stays as things are. */
export class LivePart implements AsyncDisposable {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  /** @param response of the address that the part comes from */
  constructor(response: Response) {
    if (response.body === null) throw new Error(`no stream: ${response.status}`);
    const text = response.body.pipeThrough(new TextDecoderStream());
    this.#reader = text.getReader();
  }

  /** The part as it is sent next. */
  async next(): Promise<string> {
    for (;;) {
      const [, data, rest] = /^data: (.*)\n(?:id: .*\n)?\n([^]*)$/m.exec(this.#text) ?? [];
      if (data !== undefined) {
        this.#text = rest ?? "";
        return JSON.parse(data);
      }
      const { value, done } = await this.#reader.read();
      if (done) throw new Error("the stream has ended");
      this.#text += value;
    }
  }

  /** The next one that holds a text. */
  async until(text: string): Promise<string> {
    for (;;) {
      const html = await this.next();
      if (html.includes(text)) return html;
    }
  }

  /** Looks no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel();
  }
}
