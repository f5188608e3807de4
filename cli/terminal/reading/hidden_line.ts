/** A line that is typed and not shown. */
export interface TypedLine {
  readonly text: string;
  /** `ended`: the terminal is gone, or Ctrl-D on an empty line. */
  readonly state: "typing" | "done" | "ended";
}

const BACKSPACE = ["\x7f", "\b"];

/** The line after more was typed: backspace takes back a letter, Ctrl-U all of them. */
export function typeMore(line: TypedLine, typed: string): TypedLine {
  let { text } = line;
  for (const letter of typed) {
    if (letter === "\r" || letter === "\n") return { text, state: "done" };
    if (letter === "\x04" && text === "") return { text, state: "ended" };
    if (BACKSPACE.includes(letter)) text = [...text].slice(0, -1).join("");
    else if (letter === "\x15") text = "";
    else if (letter >= " ") text += letter;
  }
  return { text, state: "typing" };
}

/** Reads a line from the terminal without showing it; undefined when it was ended or aborted. */
export async function readHiddenLine(signal: AbortSignal): Promise<string | undefined> {
  // Raw, so that nothing is shown; Ctrl-C keeps its meaning.
  Deno.stdin.setRaw(true, { cbreak: Deno.build.os !== "windows" });
  const reader = Deno.stdin.readable.getReader();
  const stop = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", stop, { once: true });
  const decoder = new TextDecoder();
  let line: TypedLine = { text: "", state: "typing" };
  try {
    while (line.state === "typing" && !signal.aborted) {
      const { value, done } = await reader.read();
      line = done
        ? { ...line, state: "ended" }
        : typeMore(line, decoder.decode(value, { stream: true }));
    }
    return line.state === "done" ? line.text : undefined;
  } finally {
    signal.removeEventListener("abort", stop);
    reader.releaseLock();
    Deno.stdin.setRaw(false);
  }
}
