import { until } from "../until.ts";

/** Addresses in the memory of a process, the last one not among them. */
export interface AddressRange {
  readonly from: number;
  readonly to: number;
}

/** Stops a process at a moment when none of its threads runs code that stands there; it goes on with the block's end. */
export async function stopOutside(pid: number, range: AddressRange): Promise<AsyncDisposable> {
  const goOn = () => Deno.kill(pid, "SIGCONT");
  try {
    await until(async () => {
      goOn();
      Deno.kill(pid, "SIGSTOP");
      await until(async () => (await statesOf(pid)).every((state) => state === "T"), "it stops");
      return (await placesOf(pid)).every((place) => place < range.from || place >= range.to);
    }, "no thread is inside");
  } catch (cause) {
    goOn();
    throw cause;
  }
  return {
    [Symbol.asyncDispose]() {
      goOn();
      return Promise.resolve();
    },
  };
}

/** What each thread does, as `T` for one that was stopped. */
async function statesOf(pid: number): Promise<readonly string[]> {
  // The name of a program stands before it, in parentheses.
  return (await ofThreads(pid, "stat")).map((text) => text[text.lastIndexOf(")") + 2] ?? "");
}

/** The address of the code that each thread runs next. */
async function placesOf(pid: number): Promise<readonly number[]> {
  return (await ofThreads(pid, "syscall")).map((text) =>
    parseInt(text.split(" ").at(-1) ?? "", 16)
  );
}

async function ofThreads(pid: number, file: string): Promise<readonly string[]> {
  const texts: string[] = [];
  for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
    // A thread may end between these two.
    const text = await Deno.readTextFile(`/proc/${pid}/task/${name}/${file}`).catch(() =>
      undefined
    );
    if (text !== undefined) texts.push(text.trim());
  }
  return texts;
}
